// npm fhir-kit-client against the server, as a system that may read and write.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import { CapabilityTool, Client } from 'fhir-kit-client'
import { fhirURL, site, systemToken } from './site.mjs'

let client, rosa
before(async () => {
  client = new Client({ baseUrl: fhirURL, bearerToken: await systemToken() })
  const found = await client.search({ resourceType: 'Patient', searchParams: { name: 'Rosa' } })
  rosa = found.entry[0].resource
})

const status = (resource) => Client.httpFor(resource).response.status
const header = (resource, name) => Client.httpFor(resource).response.headers.get(name)
const refused = (want) => (error) => error.response?.status === want && error.response.data?.resourceType === 'OperationOutcome'
const ids = (bundle) => (bundle.entry ?? []).map((entry) => entry.resource.id)
const weight = (value, more = {}) => ({
  resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] }, subject: { reference: `Patient/${rosa.id}` },
  effectiveDateTime: '2026-04-05', valueQuantity: { value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' }, ...more,
})

test('SMART discovery, by the well-known document and by the capability statement', async () => {
  const open = new Client({ baseUrl: fhirURL })
  const { authorizeUrl, tokenUrl } = await open.smartAuthMetadata()
  assert.equal(authorizeUrl.href, `${site.url}/oidc/authorize`)
  assert.equal(tokenUrl.href, `${site.url}/oidc/token`)
  const statement = await open.capabilityStatement()
  assert.equal(statement.resourceType, 'CapabilityStatement')
  assert.equal(statement.fhirVersion, '4.0.1')
  const [rest] = statement.rest
  assert.equal(rest.mode, 'server')
  const { extension } = rest.security.extension.find(({ url }) => url.endsWith('/oauth-uris'))
  assert.deepEqual(Object.fromEntries(extension.map(({ url, valueUri }) => [url, valueUri])), { authorize: authorizeUrl.href, token: tokenUrl.href })
})

test('what the capability statement promises is found by the library', async () => {
  const can = new CapabilityTool(await client.capabilityStatement())
  for (const interaction of ['batch', 'transaction']) assert.ok(can.serverCan(interaction), interaction)
  for (const interaction of ['read', 'vread', 'create', 'update', 'delete', 'history-instance', 'search-type']) assert.ok(can.resourceCan('Observation', interaction), interaction)
  for (const name of ['patient', 'code', 'category', 'date', '_id', '_lastUpdated']) assert.ok(can.resourceSearch('Observation', name), name)
  assert.ok(!can.resourceCan('Martian', 'read'))
})

test('references are resolved: on the server, in the bundle, contained', async () => {
  const context = (await client.search({ resourceType: 'MedicationRequest', searchParams: { patient: rosa.id, _count: '1' } })).entry[0].resource
  assert.equal((await client.resolve({ reference: context.subject.reference, context })).id, rosa.id)
  const everything = await client.operation({ name: 'everything', resourceType: 'Patient', id: rosa.id, method: 'GET', input: { _type: 'Patient' } })
  assert.deepEqual(await client.resolve({ reference: `${fhirURL}/Patient/${rosa.id}`, context: everything }), rosa)
  const holder = await client.create({ resourceType: 'Observation', body: weight(72, { contained: [{ resourceType: 'Device', id: 'scales', status: 'active' }], device: { reference: '#scales' } }) })
  assert.equal((await client.resolve({ reference: holder.device.reference, context: holder })).resourceType, 'Device')
})

test('create, read, vread, update, history and delete', async () => {
  const made = await client.create({ resourceType: 'Observation', body: weight(71.50) })
  assert.equal(status(made), 201)
  assert.equal(header(made, 'etag'), 'W/"1"')
  assert.equal(header(made, 'location'), `${fhirURL}/Observation/${made.id}/_history/1`)
  assert.deepEqual(await client.read({ resourceType: 'Observation', id: made.id }), made)
  const changed = await client.update({ resourceType: 'Observation', id: made.id, body: { ...made, status: 'amended' } })
  assert.equal(changed.meta.versionId, '2')
  assert.deepEqual(await client.vread({ resourceType: 'Observation', id: made.id, version: '1' }), made)
  await assert.rejects(client.update({ resourceType: 'Observation', id: made.id, body: made, options: { headers: { 'If-Match': 'W/"1"' } } }), refused(412))
  const history = await client.history({ resourceType: 'Observation', id: made.id })
  assert.deepEqual(history.entry.map((entry) => entry.resource.meta.versionId), ['2', '1'])
  await client.delete({ resourceType: 'Observation', id: made.id })
  await assert.rejects(client.read({ resourceType: 'Observation', id: made.id }), refused(410))
  const minimal = await client.create({ resourceType: 'Observation', body: weight(71), options: { headers: { Prefer: 'return=minimal' } } })
  assert.equal(status(minimal), 201)
  assert.equal(minimal.resourceType, undefined)
})

test('an update makes what is not there under the id that the client chose', async () => {
  const id = randomUUID()
  const made = await client.update({ resourceType: 'Observation', id, body: { ...weight(70), id } })
  assert.equal(status(made), 201)
  assert.equal((await client.read({ resourceType: 'Observation', id })).valueQuantity.value, 70)
})

test('searches: by address, by form, counted, and page after page', async () => {
  const searchParams = { patient: rosa.id, category: 'vital-signs', _count: '20' }
  let page = await client.search({ resourceType: 'Observation', searchParams })
  const seen = []
  let pages = 0
  while (page) {
    seen.push(...ids(page))
    pages++
    page = await client.nextPage({ bundle: page })
  }
  assert.ok(pages > 2, `${pages} pages`)
  assert.equal(new Set(seen).size, seen.length, 'each once')
  const { total } = await client.search({ resourceType: 'Observation', searchParams: { ...searchParams, _summary: 'count' } })
  assert.equal(seen.length, total)
  const form = await client.search({ resourceType: 'Observation', searchParams, options: { postSearch: true } })
  assert.deepEqual(ids(form), seen.slice(0, 20))
  assert.equal(await client.prevPage({ bundle: form }), undefined, 'there are links forward only')
})

test('a batch does what it can, a transaction all or nothing', async () => {
  const batch = await client.batch({
    body: {
      resourceType: 'Bundle', type: 'batch',
      entry: [{ request: { method: 'GET', url: `Patient/${rosa.id}` } }, { request: { method: 'GET', url: `Patient/${randomUUID()}` } }, { resource: weight(69), request: { method: 'POST', url: 'Observation' } }],
    },
  })
  assert.equal(batch.type, 'batch-response')
  assert.deepEqual(batch.entry.map((entry) => entry.response.status.slice(0, 3)), ['200', '404', '201'])
  assert.deepEqual(batch.entry[0].resource.id, rosa.id)

  const [encounter, observation] = [`urn:uuid:${randomUUID()}`, `urn:uuid:${randomUUID()}`]
  const entry = [
    { fullUrl: observation, resource: weight(68, { encounter: { reference: encounter } }), request: { method: 'POST', url: 'Observation' } },
    { fullUrl: encounter, resource: { resourceType: 'Encounter', status: 'finished', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' }, subject: { reference: `Patient/${rosa.id}` } }, request: { method: 'POST', url: 'Encounter' } },
  ]
  const done = await client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } })
  assert.equal(done.type, 'transaction-response')
  const [weighed, met] = done.entry.map(({ response }) => response.location.replace(`${fhirURL}/`, '').split('/_history/')[0])
  assert.equal((await client.request(weighed)).encounter.reference, met)

  const before = (await client.search({ resourceType: 'Encounter', searchParams: { patient: rosa.id, _summary: 'count' } })).total
  const broken = structuredClone(entry)
  delete broken[0].resource.status
  await assert.rejects(client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry: broken } }), (error) => refused(400)(error) || refused(422)(error))
  assert.equal((await client.search({ resourceType: 'Encounter', searchParams: { patient: rosa.id, _summary: 'count' } })).total, before)
})

test('$everything, narrowed to types and followed', async () => {
  let page = await client.operation({ name: 'everything', resourceType: 'Patient', id: rosa.id, method: 'GET', input: { _type: 'Observation,Condition', _count: '100' } })
  const types = new Set()
  const seen = []
  while (page) {
    for (const { resource } of page.entry ?? []) types.add(resource.resourceType)
    seen.push(...ids(page))
    page = await client.nextPage({ bundle: page })
  }
  assert.deepEqual([...types].sort(), ['Condition', 'Observation'])
  assert.equal(new Set(seen).size, seen.length)
  const counts = await Promise.all([...types].map((resourceType) => client.search({ resourceType, searchParams: { patient: rosa.id, _summary: 'count' } })))
  assert.equal(seen.length, counts.reduce((sum, { total }) => sum + total, 0))
})

test('what is wrong is refused with its place', async () => {
  const wrong = { ...weight(70), effectiveDateTime: 'yesterday' }
  await assert.rejects(client.create({ resourceType: 'Observation', body: wrong }), (error) => {
    assert.ok([400, 422].includes(error.response.status))
    assert.deepEqual(error.response.data.issue.map(({ expression }) => expression), [['Observation.effective.ofType(dateTime)']])
    return true
  })
  await assert.rejects(client.search({ resourceType: 'Observation', searchParams: { nonsense: '1' }, options: { headers: { Prefer: 'handling=strict' } } }), refused(400))
  await assert.rejects(new Client({ baseUrl: fhirURL }).read({ resourceType: 'Patient', id: rosa.id }), (error) => error.response.status === 401)
})

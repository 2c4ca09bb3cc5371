// Changes by criteria and in part, as fhir-kit-client and fhirclient ask for them.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import { Client } from 'fhir-kit-client'
import { clientOf } from './fhirclient.mjs'
import { fhirURL, systemToken } from './site.mjs'

const system = 'https://feed.test/number'
let kit, smart, rosa
before(async () => {
  const token = await systemToken()
  kit = new Client({ baseUrl: fhirURL, bearerToken: token })
  smart = clientOf(token)
  rosa = (await kit.search({ resourceType: 'Patient', searchParams: { name: 'Rosa' } })).entry[0].resource
})

const status = (resource) => Client.httpFor(resource).response.status
const refused = (want) => (error) => (error.response?.status ?? error.status) === want
const glucose = (number, more = {}) => ({
  resourceType: 'Observation', status: 'preliminary', identifier: [{ system, value: number }], code: { text: 'Glucose' }, subject: { reference: `Patient/${rosa.id}` },
  valueQuantity: { value: 5.10, unit: 'mmol/L' }, ...more,
})
const all = (number) => kit.search({ resourceType: 'Observation', searchParams: { identifier: `${system}|${number}`, patient: rosa.id } })
const criteria = (number) => ({ identifier: `${system}|${number}`, patient: rosa.id })

test('a conditional create makes it once, by either client', async () => {
  const number = randomUUID()
  const once = `identifier=${encodeURIComponent(`${system}|${number}`)}&patient=${rosa.id}`
  const first = await kit.create({ resourceType: 'Observation', body: glucose(number), options: { headers: { 'If-None-Exist': once } } })
  assert.equal(status(first), 201)
  const second = await kit.create({ resourceType: 'Observation', body: glucose(number), options: { headers: { 'If-None-Exist': once } } })
  assert.equal(status(second), 200)
  assert.equal(second.id, first.id)
  assert.equal((await smart.create(glucose(number), { headers: { 'If-None-Exist': once } })).id, first.id)
  assert.equal((await all(number)).entry.length, 1)
})

test('a conditional update changes the one that fits, makes it when there is none, and takes no choice', async () => {
  const number = randomUUID()
  const searchParams = criteria(number)
  const made = await kit.update({ resourceType: 'Observation', searchParams, body: glucose(number) })
  assert.equal(status(made), 201)
  const changed = await kit.update({ resourceType: 'Observation', searchParams, body: glucose(number, { status: 'final' }) })
  assert.equal(status(changed), 200)
  assert.equal(changed.id, made.id)
  assert.equal(changed.meta.versionId, '2')
  await kit.create({ resourceType: 'Observation', body: glucose(number) })
  await assert.rejects(kit.update({ resourceType: 'Observation', searchParams, body: glucose(number) }), refused(412))
})

test('a JSON Patch, by either client; a patch that does not fit changes nothing', async () => {
  const made = await kit.create({ resourceType: 'Observation', body: glucose(randomUUID()) })
  const patched = await kit.patch({ resourceType: 'Observation', id: made.id, jsonPatch: [{ op: 'test', path: '/status', value: 'preliminary' }, { op: 'replace', path: '/status', value: 'final' }] })
  assert.equal(patched.status, 'final')
  assert.equal(patched.meta.versionId, '2')
  const again = await smart.patch(`Observation/${made.id}`, [{ op: 'add', path: '/note', value: [{ text: 'fasting' }] }])
  assert.deepEqual(again.note, [{ text: 'fasting' }])
  await assert.rejects(kit.patch({ resourceType: 'Observation', id: made.id, jsonPatch: [{ op: 'test', path: '/status', value: 'preliminary' }, { op: 'remove', path: '/note' }] }), (error) => [409, 412, 422].includes(error.response.status))
  await assert.rejects(smart.patch(`Observation/${made.id}`, [{ op: 'remove', path: '/status' }]), (error) => [400, 422].includes(error.status))
  assert.deepEqual(await kit.read({ resourceType: 'Observation', id: made.id }), again)
})

test('a conditional delete', async () => {
  const number = randomUUID()
  const made = await kit.create({ resourceType: 'Observation', body: glucose(number) })
  await smart.delete(`Observation?identifier=${encodeURIComponent(`${system}|${number}`)}&patient=${rosa.id}`)
  await assert.rejects(kit.read({ resourceType: 'Observation', id: made.id }), refused(410))
})

test('a transaction with conditions, sent twice, is done once', async () => {
  const [number, url] = [randomUUID(), `urn:uuid:${randomUUID()}`]
  const body = {
    resourceType: 'Bundle', type: 'transaction',
    entry: [
      { fullUrl: url, resource: glucose(number), request: { method: 'POST', url: 'Observation', ifNoneExist: `identifier=${system}|${number}&patient=${rosa.id}` } },
      { resource: { resourceType: 'DiagnosticReport', status: 'final', identifier: [{ system, value: number }], code: { text: 'Sugar' }, subject: { reference: `Patient/${rosa.id}` }, result: [{ reference: url }] }, request: { method: 'PUT', url: `DiagnosticReport?identifier=${system}|${number}&patient=${rosa.id}` } },
    ],
  }
  const first = await kit.transaction({ body })
  assert.deepEqual(first.entry.map((entry) => entry.response.status.slice(0, 3)), ['201', '201'])
  const second = await kit.transaction({ body })
  assert.deepEqual(second.entry.map((entry) => entry.response.status.slice(0, 3)), ['200', '200'])
  const { entry: [{ resource: report }] } = await kit.search({ resourceType: 'DiagnosticReport', searchParams: criteria(number) })
  const { entry: observations } = await all(number)
  assert.equal(observations.length, 1)
  assert.equal(report.result[0].reference, `Observation/${observations[0].resource.id}`)
})

test('parts of resources: _elements and _summary', async () => {
  const { entry } = await kit.search({ resourceType: 'Observation', searchParams: { patient: rosa.id, _elements: 'status,code', _count: '5' } })
  for (const { resource } of entry) {
    assert.ok(resource.status && resource.code && resource.id)
    assert.equal(resource.category, undefined)
    assert.ok(resource.meta.tag.some(({ code }) => code === 'SUBSETTED'))
  }
  const short = await smart.request(`Patient/${rosa.id}?_summary=text`)
  assert.equal(short.telecom, undefined)
})

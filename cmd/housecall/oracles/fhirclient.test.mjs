// npm fhirclient, the library of most SMART apps, against the server: as the demo's patient and as a system.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { clientOf } from './fhirclient.mjs'
import { personToken, systemToken } from './site.mjs'

let person, system, rosa
before(async () => {
  const token = await personToken('patient')
  const own = await clientOf(token).request('Patient', { flat: true })
  assert.equal(own.length, 1, 'a patient sees one Patient')
  rosa = own[0]
  person = clientOf(token, { patient: rosa.id })
  system = clientOf(await systemToken())
})

const refused = (status) => (error) => error.status === status

test('the patient of the launch is read', async () => {
  assert.equal(person.patient.id, rosa.id)
  assert.deepEqual(await person.patient.read(), rosa)
  assert.equal(await person.getFhirVersion(), '4.0.1')
  assert.equal(await person.getFhirRelease(), 4)
})

test('a search is followed page by page, and each resource comes once', async () => {
  const total = (await person.request('Observation?_summary=count')).total
  assert.ok(total > 100, `${total} observations`)
  const all = await person.patient.request('Observation?_count=50', { flat: true, pageLimit: 0 })
  assert.equal(new Set(all.map((one) => one.id)).size, all.length)
  assert.equal(all.length, total)
  const pages = []
  await person.patient.request('Observation?_count=50', { pageLimit: 3, onPage: (page) => pages.push(page.entry.length) })
  assert.deepEqual(pages, [50, 50, 50])
  const few = []
  for await (const one of person.resources('Observation?_count=20', { limit: 45 })) few.push(one.id)
  assert.equal(few.length, 45)
})

test('references are resolved in place and beside', async () => {
  const placed = await person.patient.request('MedicationRequest?_count=5', { flat: true, resolveReferences: ['subject', 'requester'] })
  assert.ok(placed.length > 0)
  for (const one of placed) {
    assert.equal(one.subject.resourceType, 'Patient')
    assert.equal(one.subject.id, rosa.id)
    assert.match(one.requester.resourceType, /^Practitioner/)
  }
  const { data, references } = await person.request(`Patient/${rosa.id}`, { graph: false, resolveReferences: ['generalPractitioner.0'] })
  const named = data.generalPractitioner[0].reference
  assert.equal(references[named].id, named.split('/')[1])
})

test('observations are grouped by code', async () => {
  const vitals = await person.patient.request('Observation?category=vital-signs&_count=200', { flat: true, pageLimit: 0 })
  const by = person.byCodes(vitals, 'code')
  const pressures = by('85354-9')
  assert.ok(pressures.length > 5, 'blood pressures')
  assert.deepEqual(new Set((await person.patient.request('Observation?code=http://loinc.org|85354-9&_count=200', { flat: true, pageLimit: 0 })).map((one) => one.id)), new Set(pressures.map((one) => one.id)))
  const systolic = person.getPath(pressures[0], 'component.0.valueQuantity')
  assert.ok(systolic.value > 60 && systolic.value < 260)
  assert.ok(person.units.any(systolic) > 60)
})

test('$everything holds the whole chart', async () => {
  const all = await person.request(`Patient/${rosa.id}/$everything?_count=100`, { flat: true, pageLimit: 0 })
  const names = new Set(all.map((one) => `${one.resourceType}/${one.id}`))
  assert.equal(names.size, all.length, 'each once')
  assert.ok(names.has(`Patient/${rosa.id}`))
  for (const type of ['Observation', 'Condition', 'MedicationRequest', 'Immunization', 'Encounter', 'DiagnosticReport']) {
    const found = await person.patient.request(`${type}?_count=500`, { flat: true, pageLimit: 0 })
    assert.ok(found.length > 0, type)
    for (const one of found) assert.ok(names.has(`${type}/${one.id}`), `${type}/${one.id}`)
  }
})

test('a resource is created, read, changed, its history read, and deleted', async () => {
  const made = await system.create({ resourceType: 'Observation', status: 'preliminary', code: { text: 'Grip strength' }, subject: { reference: `Patient/${rosa.id}` }, effectiveDateTime: '2026-03-01', valueQuantity: { value: 21.50, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' } })
  assert.match(made.id, /^[0-9a-f-]{36}$/)
  assert.equal(made.meta.versionId, '1')
  assert.deepEqual(await system.request(`Observation/${made.id}`), made)
  const changed = await system.update({ ...made, status: 'final' })
  assert.equal(changed.meta.versionId, '2')
  assert.equal((await person.request(`Observation/${made.id}`)).status, 'final', 'the patient sees it at once')
  const history = await system.request(`Observation/${made.id}/_history`)
  assert.equal(history.type, 'history')
  assert.deepEqual(history.entry.map((entry) => [entry.resource.meta.versionId, entry.response.status.slice(0, 3)]), [['2', '200'], ['1', '201']])
  assert.equal((await system.request(`Observation/${made.id}/_history/1`)).status, 'preliminary')
  await system.delete(`Observation/${made.id}`)
  await assert.rejects(system.request(`Observation/${made.id}`), refused(410))
  assert.equal((await system.request(`Observation/${made.id}/_history`)).entry.length, 3)
})

test('errors come as the library understands them', async () => {
  await assert.rejects(person.request('Observation/00000000-0000-4000-8000-000000000000'), refused(404))
  await assert.rejects(system.create({ resourceType: 'Observation', code: { text: 'no status' } }), (error) => error.status === 400 || error.status === 422)
  await assert.rejects(clientOf('nobody').request('Patient'), refused(401))
})

test('a patient does not reach the chart of somebody else', async () => {
  const others = (await system.request('Patient?_count=100', { flat: true })).filter((one) => one.id !== rosa.id)
  assert.ok(others.length > 3)
  for (const { id } of others.slice(0, 3)) {
    await assert.rejects(person.request(`Patient/${id}`), refused(404))
    await assert.rejects(person.request(`Patient/${id}/$everything`), refused(404))
    assert.deepEqual(await person.request(`Observation?patient=${id}`, { flat: true }), [])
  }
})

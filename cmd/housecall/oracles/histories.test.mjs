// Histories of a type and of the whole system, as fhir-kit-client asks for them.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Client } from 'fhir-kit-client'
import { fhirURL, systemToken } from './site.mjs'

let kit, rosa
before(async () => {
  kit = new Client({ baseUrl: fhirURL, bearerToken: await systemToken() })
  rosa = (await kit.search({ resourceType: 'Patient', searchParams: { name: 'Rosa' } })).entry[0].resource
})

const write = () => kit.create({ resourceType: 'Observation', body: { resourceType: 'Observation', status: 'final', code: { text: 'Mood' }, subject: { reference: `Patient/${rosa.id}` } } })
const named = (bundle) => (bundle.entry ?? []).map(({ fullUrl, response }) => `${fullUrl.slice(fhirURL.length + 1)} ${response.etag}`)

/** Every entry of a history, page after page, newest first. */
async function follow(bundle) {
  const seen = []
  for (let page = bundle; page; page = await kit.nextPage({ bundle: page })) {
    assert.equal(page.type, 'history')
    seen.push(...named(page))
  }
  return seen
}

for (const [what, resourceType] of [['a type', 'Observation'], ['the system', undefined]]) {
  test(`the history of ${what} holds every change once, newest first`, async () => {
    const made = await write()
    const since = made.meta.lastUpdated
    const changed = await kit.update({ resourceType: 'Observation', id: made.id, body: { ...made, status: 'amended' } })
    await kit.delete({ resourceType: 'Observation', id: made.id })
    const other = await write()
    const where = resourceType ? `${resourceType}/_history` : '_history'
    const seen = await follow(await kit.request(`${where}?_since=${encodeURIComponent(since)}&_count=2`))
    assert.equal(new Set(seen).size, seen.length, 'each once')
    assert.deepEqual(
      seen.filter((name) => name.includes(made.id) || name.includes(other.id)),
      [`Observation/${other.id} W/"1"`, `Observation/${made.id} W/"3"`, `Observation/${changed.id} W/"2"`, `Observation/${made.id} W/"1"`],
    )
    const newest = await kit.history(resourceType ? { resourceType } : {})
    assert.equal(newest.type, 'history')
    assert.ok(named(newest).includes(`Observation/${other.id} W/"1"`))
  })
}

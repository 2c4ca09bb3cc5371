// What changes while somebody looks appears by itself, also after the line was cut.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { act, chartOf, lineOf, must, people, potassium } from './harness/chart.mjs'
import { visit } from './harness/pages.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
// A server that is away makes every request fail; that is what the scene is about.
const away = [/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket connection|ERR_EMPTY_RESPONSE|status of 503/]

/** A lab's potassium of this moment. */
const sample = (patient, value) => ({
  resourceType: 'Observation', status: 'final', subject: { reference: `Patient/${patient}` }, effectiveDateTime: new Date().toISOString(), issued: new Date().toISOString(),
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: potassium, display: 'Potassium [Moles/volume] in Serum or Plasma' }], text: 'Potassium' },
  valueQuantity: { value, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
  referenceRange: [{ low: { value: 3.5, unit: 'mmol/L' }, high: { value: 5.1, unit: 'mmol/L' } }],
})

const noReload = (page) => page.evaluate(() => (window.__same = true))
const stillThere = (page) => page.evaluate(() => window.__same === true)
const potassiumRow = (page, key) => page.locator(`main a[href$="/results/${key}"]`)

scene('a new result appears on the open pages without a reload', { as: 'patient', viewport: phone }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const { key } = lineOf(await chartOf(page, site, self.patient), potassium)
  await visit(page, `${site.url}/p/${self.patient}/record/results`)
  const doctor = await open('clinician')
  await visit(doctor, `${site.url}/clinic/p/${self.patient}`)
  const carer = await open('caregiver')
  const { mother } = await people(carer, site)
  await visit(carer, `${site.url}/p/${mother.patient}/results/${key}`)
  for (const one of [page, doctor, carer]) await noReload(one)

  await site.fhir('POST', 'Observation', sample(self.patient, 4.7))
  await until('the patient sees it', async () => (await potassiumRow(page, key).innerText()).includes('4.7'), { within: 5000 })
  await until('the doctor sees it', async () => (await doctor.locator('tr', { has: doctor.getByRole('link', { name: en('name.potassium'), exact: true }) }).innerText()).includes('4.7'), { within: 5000 })
  await until('the daughter sees it', async () => (await carer.getByRole('table').locator('tbody tr').first().innerText()).includes('4.7'), { within: 5000 })
  for (const one of [page, doctor, carer]) assert.ok(await stillThere(one), 'the page was not loaded again')
})

scene('a change in another chart, or one that is hidden, moves nothing', { as: 'caregiver', viewport: phone }, async ({ page, open, site }) => {
  const { mother } = await people(page, site)
  const told = []
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => told.push(String(payload))))
  await visit(page, `${site.url}/p/${mother.patient}/record/conditions`)
  await until('the socket is open', () => told.length > 0)
  const before = await page.locator('main').innerText()
  told.length = 0
  const hiddenOne = {
    resourceType: 'Condition', subject: { reference: `Patient/${mother.patient}` }, recordedDate: new Date().toISOString(),
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
    code: { coding: [{ system: 'http://snomed.info/sct', code: '370143000', display: 'Major depressive disorder' }], text: 'Depression' },
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSY' }] },
  }
  const owner = await open('patient', { viewport: phone })
  await visit(owner, `${site.url}/p/${mother.patient}/record/conditions`)
  const made = await site.fhir('POST', 'Condition', hiddenOne)
  await owner.locator(`main a[href*="${made.id}"]`).waitFor()
  // The owner's page has it, so a hint to the caregiver would have come by now as well.
  const plain = await site.fhir('POST', 'Observation', sample(mother.patient, 4.5))
  await until('the socket does tell of what she may see', () => told.some((text) => text.includes(mother.patient)))
  assert.equal(told.filter((text) => text.includes(mother.patient)).length, 1, `one hint for ${plain.id}, none for what is hidden`)
  assert.equal(await page.locator('main').innerText(), before)
})

scene('the server is cut off and comes back: the page says so, and catches up', { as: 'patient', viewport: phone, expect: away, timeout: 150_000 }, async ({ page, site }) => {
  const { self } = await people(page, site)
  const { key, count } = lineOf(await chartOf(page, site, self.patient), potassium)
  await visit(page, `${site.url}/p/${self.patient}/record/results`)
  await noReload(page)
  const acknowledged = await site.fhir('POST', 'Observation', sample(self.patient, 4.6))
  await site.kill()
  const banner = page.getByText(en('shell.lost'))
  await banner.waitFor({ timeout: 15_000 })
  assert.ok((await potassiumRow(page, key).innerText()).length > 0, 'what was loaded can still be read')

  await site.start()
  const kept = await must(page, site, `/charts/${self.patient}/entries/Observation/${acknowledged.id}`)
  assert.equal(kept.entry.value.text, '4.6', 'what was acknowledged is kept')
  const fresh = await site.fhir('POST', 'Observation', sample(self.patient, 4.9))
  await until('what came meanwhile is there', async () => (await potassiumRow(page, key).innerText()).includes('4.9'), { within: 40_000 })
  await banner.waitFor({ state: 'detached', timeout: 40_000 })
  assert.ok(await stillThere(page), 'the page was not loaded again')
  const after = lineOf(await chartOf(page, site, self.patient), potassium)
  assert.equal(after.count, count + 2, 'nothing lost, nothing twice')
  assert.equal(after.latest.ref, `Observation/${fresh.id}`)
})

scene('a device without a network says that it is offline', { as: 'patient', viewport: phone, expect: [/ERR_INTERNET_DISCONNECTED|WebSocket connection/] }, async ({ page, site }) => {
  await visit(page, site.url)
  await page.context().setOffline(true)
  await page.getByText(en('shell.offline')).waitFor()
  await page.context().setOffline(false)
  await page.getByText(en('shell.offline')).waitFor({ state: 'detached' })
})

scene('where sockets are blocked the page asks, and stays current', { as: 'caregiver', viewport: phone, expect: [/WebSocket/] }, async ({ page, open, site }) => {
  const { mother } = await people(page, site)
  const asked = []
  page.on('request', (request) => request.url().endsWith('/api/v1/live') && asked.push(request))
  await page.routeWebSocket(/\/live$/, (socket) => socket.close({ code: 1008 }))
  await visit(page, `${site.url}/p/${mother.patient}/messages`)
  await noReload(page)
  await until('the server is asked', () => asked.length > 0)
  assert.ok(Object.values(asked[0].postDataJSON().charts).every((etag) => typeof etag === 'string'))
  assert.equal(await asked[0].headerValue('x-activity'), null, 'that keeps no session open')

  const owner = await open('patient', { viewport: phone })
  const text = 'Can you come by on Sunday?'
  const sent = await act(owner, site, 'POST', `/charts/${mother.patient}/threads`, { id: randomUUID(), topic: 'other', text })
  assert.equal(sent.status, 201, sent.text)
  await page.getByText(text).waitFor()
  assert.equal(await page.getByText(en('shell.lost')).count(), 0, 'nothing is lost')
  assert.ok(await stillThere(page), 'the page was not loaded again')
})

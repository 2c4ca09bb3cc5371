// The clinic's work list: a second record of the same person comes in, somebody compares the two and joins them;
// a patient who asked to wait sees a result once the doctor lets it go.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chartOf, must, people } from './harness/chart.mjs'
import { visit } from './harness/pages.mjs'
import { shotsFolder } from './harness/paths.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
const shot = (page, name) => page.screenshot({ path: path.join(shotsFolder('worklist'), `${name}.png`), fullPage: true })

scene('two records of one person are compared and joined', { as: 'frontdesk', viewport: desk }, async ({ page, open, site }) => {
  const patient = await open('patient', { viewport: phone })
  const { self } = await people(patient, site)
  const { patient: known } = await chartOf(patient, site, self.patient)
  const folder = mkdtempSync(path.join(tmpdir(), 'hc-double-'))
  const family = known.family ?? known.name.split(' ').at(-1)
  const double = { resourceType: 'Patient', id: 'double', name: [{ family, given: [known.given ?? known.name.split(' ')[0]] }], birthDate: known.birthDate, gender: known.sex, telecom: [{ system: 'phone', value: '555 010 0199' }] }
  const note = { resourceType: 'Condition', id: 'c1', clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] }, code: { text: 'Hay fever of Lakeside' }, subject: { reference: 'Patient/double' }, onsetDateTime: '2020-05-01' }
  try {
    writeFileSync(path.join(folder, 'lakeside.ndjson'), `${JSON.stringify(double)}\n${JSON.stringify(note)}\n`)
    const said = await site.command('import', '--source', 'lakeside', '--team', site.accounts.frontdesk.email, path.join(folder, 'lakeside.ndjson'))
    assert.match(said, /Nothing was joined/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }

  await visit(page, `${site.url}/clinic/work`)
  const card = page.getByRole('heading', { level: 3, name: known.name }).locator('xpath=ancestor::section[1]')
  await card.getByText('Lakeside').waitFor()
  await shot(page, 'desktop')
  await page.setViewportSize(phone)
  await shot(page, 'phone')
  await page.setViewportSize(desk)
  await card.getByLabel(en('work.reason')).fill('The same person, seen with her card')
  await card.getByRole('button', { name: en('work.join') }).click()
  await page.getByText(en('work.sameNone')).waitFor()
  await until('the patient sees both records as one', async () => (await chartOf(patient, site, self.patient)).conditions.some(({ title }) => title === 'Hay fever of Lakeside'))
})

scene('a result waits for the word of the doctor', { as: 'patient', viewport: phone }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  await page.getByRole('button', { name: en('wait.ask') }).click()
  const stop = page.getByRole('button', { name: en('wait.atOnce') })
  await stop.waitFor()
  await shot(page, 'waiting-phone')
  await site.fhir('POST', 'Observation', {
    resourceType: 'Observation', status: 'final', category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    code: { text: 'Kidney filtration of today' }, subject: { reference: `Patient/${self.patient}` }, effectiveDateTime: new Date().toISOString(), valueQuantity: { value: 71, unit: 'mL/min' },
  })
  const seen = async () => (await must(page, site, `/charts/${self.patient}/sections/results`)).items.some(({ title }) => title === 'Kidney filtration of today')
  assert.equal(await seen(), false)

  const doctor = await open('clinician')
  await visit(doctor, `${site.url}/clinic/work`)
  const card = doctor.getByRole('heading', { level: 3, name: 'Kidney filtration of today' }).locator('xpath=ancestor::section[1]')
  await card.getByRole('button', { name: en('work.release') }).click()
  await doctor.getByText(en('work.heldNone')).waitFor()
  await until('the patient sees it', seen)
})

// What staff decide: two records of one person are compared, joined and parted; what came about somebody unknown is
// placed; an entry is moved to whom it belongs; a result is held back and let go.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ask, chartOf, found, must, people } from './harness/chart.mjs'
import { tabTo } from './harness/keys.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { picture } from './harness/paths.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, es } from './harness/words.mjs'

const scene = suite()
const shot = (page, name) => picture(page, 'worklist', name, { fullPage: true })
const cardOf = (page, name, list) => (list ? page.getByRole('region', { name: en(list), exact: true }) : page).getByRole('heading', { level: 3, name }).locator('xpath=ancestor::section[1]')

/** Brings in what another system sent. */
async function bring(site, source, resources, ...teams) {
  const folder = mkdtempSync(path.join(tmpdir(), 'hc-sent-'))
  const file = path.join(folder, `${source}.ndjson`)
  try {
    writeFileSync(file, resources.map((one) => `${JSON.stringify(one)}\n`).join(''))
    return await site.command('import', '--source', source, ...teams.flatMap((who) => ['--team', site.accounts[who].email]), file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const active = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] }
const condition = (patient, text, more) => ({ resourceType: 'Condition', clinicalStatus: active, code: { text }, subject: { reference: `Patient/${patient}` }, onsetDateTime: '2020-05-01', ...more })
const lab = (patient, text, more) => ({
  resourceType: 'Observation', status: 'final', category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
  code: { text }, subject: { reference: `Patient/${patient}` }, effectiveDateTime: new Date().toISOString(), valueQuantity: { value: 71, unit: 'mL/min' }, ...more,
})
const like = (known, id) => ({ resourceType: 'Patient', id, name: [{ family: known.family ?? known.name.split(' ').at(-1), given: [known.given ?? known.name.split(' ')[0]] }], birthDate: known.birthDate, gender: known.sex })

scene('two records of one person are compared, joined, and parted again', { as: 'frontdesk', viewport: desk, timeout: 240_000 }, async ({ page, open, site }) => {
  const patient = await open('patient', { viewport: phone })
  const { self } = await people(patient, site)
  const { patient: known } = await chartOf(patient, site, self.patient)
  const said = await bring(site, 'lakeside', [{ ...like(known, 'double'), telecom: [{ system: 'phone', value: '555 010 0199' }] }, condition('double', 'Hay fever of Lakeside', { id: 'c1' })], 'frontdesk', 'clinician')
  assert.match(said, /Nothing was joined/)

  const wrong = []
  await visit(page, `${site.url}/clinic/work`)
  const card = cardOf(page, known.name)
  await card.getByText('Lakeside').waitFor()
  await look(page, 'work-same', wrong)
  await page.setViewportSize(desk)
  await card.getByRole('button', { name: en('work.join') }).click()
  await card.getByText(en('work.reasonMissing')).waitFor()
  await card.getByLabel(en('work.reason')).fill('The same person, seen with her card')
  await card.getByRole('button', { name: en('work.join') }).click()
  await page.getByText(en('work.sameNone')).waitFor()
  const seen = async (title) => (await chartOf(patient, site, self.patient)).conditions.some((one) => one.title === title)
  await until('the patient sees both records as one', () => seen('Hay fever of Lakeside'))
  const { joined: [other] } = await chartOf(patient, site, self.patient)

  // The doctor sees that it is two, whose, and what to assign if they part.
  await site.fhir('POST', 'Condition', condition(other, 'Grass allergy of Lakeside'))
  const doctor = await open('clinician')
  await visit(doctor, `${site.url}/clinic/p/${self.patient}`)
  await look(doctor, 'chart-joined', wrong)
  await doctor.setViewportSize(desk)
  await doctor.getByRole('link', { name: en('clinic.joinedOpen') }).click()
  await doctor.getByRole('button', { name: en('joined.part') }).click()
  await doctor.getByText(en('joined.then3', { count: 1 })).waitFor()
  await doctor.getByText('Grass allergy of Lakeside').waitFor()
  await settled(doctor)
  await look(doctor, 'joined-part', wrong)
  await doctor.setViewportSize(desk)
  await doctor.getByLabel(en('work.reason')).fill('They are two people after all')
  await doctor.getByRole('button', { name: en('joined.go') }).click()
  await doctor.getByText(en('joined.parted', { count: 1 })).waitFor()
  await until('the patient sees one record', async () => !(await seen('Hay fever of Lakeside')))

  await doctor.getByRole('link', { name: en('joined.toAssign') }).click()
  await settled(doctor)
  await look(doctor, 'work-assign', wrong)
  await doctor.setViewportSize(desk)
  const written = cardOf(doctor, 'Grass allergy of Lakeside')
  await written.getByLabel(en('work.reason')).fill('Written for the first one')
  await written.getByRole('button', { name: en('work.move') }).click()
  await doctor.getByText(en('work.assignNone')).waitFor()
  assert.ok(await seen('Grass allergy of Lakeside'))
  assert.deepEqual(wrong, [])
})

scene('what came about people who are not known is placed', { as: 'frontdesk', viewport: desk, timeout: 240_000 }, async ({ page, open, site }) => {
  const patient = await open('patient', { viewport: phone })
  const { self } = await people(patient, site)
  const { patient: known } = await chartOf(patient, site, self.patient)
  await bring(site, 'harbor-lab', [
    { ...like(known, 'r1'), managingOrganization: { reference: 'Organization/nowhere' } }, lab('r1', 'Harbor kidney test', { id: 'o1' }), lab('r1', 'Harbor liver test', { id: 'o2' }),
    condition('n1', 'Broken arm', { id: 'c1', subject: { reference: 'Patient/n1', display: 'Nora Newcomer' } }), condition('s1', 'Sent by mistake', { id: 'c2', subject: { reference: 'Patient/s1', display: 'Otto Elsewhere' } }),
  ])
  const wrong = []
  await visit(page, `${site.url}/clinic/work`)
  const card = cardOf(page, known.name, 'work.imports')
  await card.getByText('harbor-lab').first().waitFor()
  await look(page, 'work-imports', wrong)
  await page.setViewportSize(desk)
  await card.getByLabel(en('work.reason')).fill('Her birth date and her card fit')
  await card.getByRole('button', { name: en('work.take', { name: known.name }) }).click()
  await card.waitFor({ state: 'detached' })
  const results = async () => (await must(patient, site, `/charts/${self.patient}/sections/results`)).items.map(({ title }) => title)
  await until('it is in her record', async () => (await results()).includes('Harbor kidney test'))

  await cardOf(page, 'Nora Newcomer').getByRole('button', { name: en('work.begin') }).click()
  await cardOf(page, 'Nora Newcomer').waitFor({ state: 'detached' })
  await until('she is a patient', async () => (await found(page, site, '/clinic/patients', 'Newcomer')).items.length === 1)

  const mistake = cardOf(page, 'Otto Elsewhere')
  await mistake.getByLabel(en('work.reason')).fill('Meant for another clinic')
  await mistake.getByRole('button', { name: en('work.refuse') }).click()
  await page.getByText(en('work.importsNone')).waitFor()
  assert.equal((await found(page, site, '/clinic/patients', 'Elsewhere')).items.length, 0)
  assert.deepEqual(wrong, [])
})

scene('a patient who is written over FHIR is compared with those who are here', { as: 'frontdesk', viewport: desk }, async ({ page, open, site }) => {
  const patient = await open('patient', { viewport: phone })
  const { self } = await people(patient, site)
  const { patient: known } = await chartOf(patient, site, self.patient)
  const { id } = await site.fhir('POST', 'Patient', like(known))
  await site.command('grant', site.accounts.frontdesk.email, '--patient', id, '--team', 'frontdesk')
  const pairs = async () => (await must(page, site, '/clinic/matches')).items
  await until('it is in the work list', async () => (await pairs()).some(({ a, b }) => [a.id, b.id].includes(id) && [a.id, b.id].includes(self.patient)))
  await visit(page, `${site.url}/clinic/work`)
  // Others who are like her may be in question as well: each pair is decided by itself.
  for (let left = (await pairs()).length; left > 0; left--) {
    await page.getByRole('button', { name: en('work.apart') }).first().click()
    await until('one less', async () => (await pairs()).length < left)
    await until('the page knows', async () => (await page.getByRole('button', { name: en('work.apart') }).count()) < left)
  }
  assert.equal((await chartOf(patient, site, self.patient)).joined?.includes(id) ?? false, false, 'nothing was joined')
})

scene('an entry is moved to whom it belongs, by the keyboard alone', { as: 'clinician', viewport: desk, timeout: 240_000 }, async ({ page, open, site }) => {
  const patient = await open('patient', { viewport: phone })
  const { self } = await people(patient, site)
  const { id } = await site.fhir('POST', 'Condition', condition(self.patient, 'Gout of somebody else'))
  const other = (await must(page, site, '/clinic/patients')).items.find((one) => one.patient !== self.patient && !one.name.includes(self.name))
  const named = (name) => (at) => at.name === name || at.name.startsWith(name)
  const wrong = []
  await visit(page, `${site.url}/clinic/p/${self.patient}/entries/Condition/${id}`)
  await tabTo(page, 'move', named(en('clinic.moveEntry')))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/move$/)
  await settled(page)
  await tabTo(page, 'the search', (at) => at.type === 'search')
  await page.keyboard.type(other.name)
  await page.getByRole('button', { name: new RegExp(other.name) }).first().waitFor()
  await tabTo(page, 'the person', (at) => at.name.includes(other.name))
  await page.keyboard.press('Enter')
  await page.getByRole('columnheader', { name: en('move.to') }).waitFor()
  await look(page, 'move-chosen', wrong)
  await page.setViewportSize(desk)
  await tabTo(page, 'why', named(en('work.reason')))
  await page.keyboard.type('It was written for somebody else')
  await tabTo(page, 'move it', named(en('move.go', { name: other.name })))
  await page.keyboard.press('Enter')
  await page.getByText(en('move.done', { name: other.name })).waitFor()
  await shot(page, 'moved')
  assert.equal((await ask(patient, site, `/charts/${self.patient}/entries/Condition/${id}`)).status, 404)
  await page.getByRole('link', { name: en('move.openThere', { name: other.name }) }).click()
  await page.getByRole('heading', { level: 1, name: 'Gout of somebody else' }).waitFor()
  assert.deepEqual(wrong, [])
})

scene('a report is moved with what belongs to it', { as: 'clinician', viewport: desk, expect: [/status of 409.*\/clinic\/refile/] }, async ({ page, open, site }) => {
  const patient = await open('patient', { viewport: phone })
  const { self } = await people(patient, site)
  const { id: part } = await site.fhir('POST', 'Observation', lab(self.patient, 'One value of it'))
  const { id: report } = await site.fhir('POST', 'DiagnosticReport', { resourceType: 'DiagnosticReport', status: 'final', code: { text: 'A test of somebody else' }, subject: { reference: `Patient/${self.patient}` }, effectiveDateTime: '2026-11-20', result: [{ reference: `Observation/${part}` }] })
  const other = (await must(page, site, '/clinic/patients')).items.find((one) => one.patient !== self.patient && !one.name.includes(self.name))
  // From the value, which is in a report: the report has to go along.
  await visit(page, `${site.url}/clinic/p/${self.patient}/entries/Observation/${part}/move`)
  await page.getByLabel(en('move.whose')).fill(other.name)
  await page.getByRole('button', { name: new RegExp(other.name) }).first().click()
  await page.getByLabel(en('work.reason')).fill('It was written for somebody else')
  const go = page.getByRole('button', { name: en('move.go', { name: other.name }) })
  await go.click()
  await page.getByText(en('move.alongFound', { list: 'DiagnosticReport' })).waitFor()
  await page.getByText(en('move.along', { count: 1 })).waitFor()
  await go.click()
  await page.getByText(en('move.done', { name: other.name })).waitFor()
  assert.equal((await ask(patient, site, `/charts/${self.patient}/entries/DiagnosticReport/${report}`)).status, 404)
  assert.equal((await ask(page, site, `/charts/${other.patient}/entries/DiagnosticReport/${report}`)).status, 200)
})

scene('a result is held back with a reason and an end, and let go', { as: 'clinician', viewport: desk, timeout: 240_000 }, async ({ page, open, site }) => {
  const patient = await open('patient', { viewport: phone })
  const { self } = await people(patient, site)
  const { id } = await site.fhir('POST', 'Observation', lab(self.patient, 'A hard result'))
  const there = async () => (await ask(patient, site, `/charts/${self.patient}/entries/Observation/${id}`)).status === 200
  assert.ok(await there())
  const wrong = []
  await visit(page, `${site.url}/clinic/p/${self.patient}/entries/Observation/${id}`)
  await page.getByRole('button', { name: en('hold.ask') }).click()
  await page.getByRole('button', { name: en('hold.go') }).click()
  await page.getByRole('alert').getByText(en('hold.reasonMissing')).waitFor()
  await look(page, 'held-form', wrong)
  await page.setViewportSize(desk)
  await page.getByLabel(en('hold.reason')).fill('I tell her in the visit')
  await page.getByRole('button', { name: en('hold.go') }).click()
  const held = page.getByRole('region', { name: en('hold.title') })
  await held.getByText('I tell her in the visit').waitFor()
  await held.getByText(site.accounts.clinician.name).waitFor()
  assert.equal(await there(), false)
  await look(page, 'held', wrong)

  // A nurse sees who holds it back and why, in the list as well.
  const nurse = await open('nurse')
  await visit(nurse, `${site.url}/clinic/work`)
  await nurse.getByRole('region', { name: /A hard result/ }).getByText('I tell her in the visit').waitFor()
  await page.setViewportSize(desk)
  await held.getByRole('button', { name: en('hold.release') }).click()
  await held.waitFor({ state: 'detached' })
  await until('the patient sees it', there)
  assert.deepEqual(wrong, [])
})

scene('a result waits for the word of the doctor', { as: 'patient', viewport: phone }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  await page.getByRole('button', { name: en('wait.ask') }).click()
  const stop = page.getByRole('button', { name: en('wait.atOnce') })
  await stop.waitFor()
  await shot(page, 'waiting-phone')
  for (const text of ['Kidney filtration of today', 'Liver value of today']) await site.fhir('POST', 'Observation', lab(self.patient, text))
  const seen = async () => (await must(page, site, `/charts/${self.patient}/sections/results`)).items.filter(({ title }) => / of today$/.test(title)).map(({ title }) => title)
  assert.deepEqual(await seen(), [])

  const wrong = []
  const doctor = await open('clinician')
  await visit(doctor, `${site.url}/clinic/work`)
  await look(doctor, 'work-held', wrong)
  await doctor.setViewportSize(desk)
  const row = (title) => doctor.getByRole('region', { name: new RegExp(title) })
  await row('Kidney filtration of today').getByRole('button', { name: en('work.release') }).click()
  await row('Kidney filtration of today').waitFor({ state: 'detached' })
  await until('the patient sees it', async () => (await seen()).join() === 'Kidney filtration of today')
  // The other one from its own page, with one press.
  await row('Liver value of today').getByRole('link').click()
  await doctor.getByRole('button', { name: en('hold.release') }).click()
  await until('the patient sees it', async () => (await seen()).length === 2)
  assert.deepEqual(wrong, [])
})

scene('what staff decide is in Spanish', { as: 'frontdesk', viewport: desk }, async ({ page, site }) => {
  await bring(site, 'spanish-lab', [condition('z1', 'Fiebre', { id: 'z2', subject: { reference: 'Patient/z1', display: 'Zoe Zamora' } })])
  await visit(page, `${site.url}/clinic/you`)
  await page.getByRole('radiogroup', { name: en('account.language') }).getByText('Español').click()
  await page.getByRole('heading', { level: 1, name: es('account.title'), exact: true }).waitFor()
  await visit(page, `${site.url}/clinic/work`)
  const card = cardOf(page, 'Zoe Zamora')
  await card.getByRole('button', { name: es('work.refuse') }).click()
  await card.getByText(es('work.reasonMissing')).waitFor()
  await shot(page, 'spanish')
})

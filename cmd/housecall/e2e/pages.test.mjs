// Every page, at both sizes, light and dark: it opens, axe finds nothing, nothing scrolls sideways, and
// there may be a picture to look at.
import assert from 'node:assert/strict'
import { people, found } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { clinicPages, goOn, patientPages, visit } from './harness/pages.mjs'
import { toLogin, typePassword } from './harness/signin.mjs'
import { suite } from './harness/suite.mjs'
import { en } from './harness/words.mjs'

const scene = suite()

async function walk(page, site, pages, { untitled } = {}) {
  const wrong = []
  for (const { name, path: where } of pages) {
    await (name === pages[0].name ? visit : goOn)(page, site.url + where)
    const heading = await page.locator('h1').innerText()
    for (const broken of ['notFoundTitle', 'chartTitle', 'brokenTitle']) assert.notEqual(heading, en(`errors.${broken}`), name)
    assert.equal(await page.getByRole('alert').count(), 0, `${name} shows an error`)
    if (untitled) assert.doesNotMatch(await page.title(), untitled, `${name}: the tab's title holds no fact`)
    await look(page, name, wrong)
  }
  assert.deepEqual(wrong, [])
}

// Whoever is signed out is told so by the API, and the page notes it in its console.
scene('the front door', { timeout: 180_000, expect: [/status of 4\d\d/, /ApiError: You are signed out/] }, async ({ page, site }) => {
  const wrong = []
  for (const [name, where] of [['sign-in', '/sign-in'], ['sign-in-locked', '/sign-in?why=locked'], ['sign-in-expired', '/sign-in?request=nothing'], ['first-admin', '/first-admin?token=none']]) {
    await visit(page, site.url + where)
    await look(page, name, wrong)
  }
  await toLogin(page, site.url)
  await look(page, 'sign-in-ways', wrong)
  await typePassword(page, { email: 'nobody@housecall.test', password: 'not the right words' })
  await page.getByRole('alert').waitFor()
  await look(page, 'sign-in-refused', wrong)
  await typePassword(page, site.accounts.privacy)
  await page.getByLabel(en('signIn.code')).waitFor()
  await look(page, 'sign-in-code', wrong)
  assert.deepEqual(wrong, [])
})

scene('the record of a patient', { as: 'patient', timeout: 400_000 }, async ({ page, site }) => {
  const { self } = await people(page, site)
  const pages = await patientPages(page, site, self.patient)
  assert.ok(pages.length > 25, `${pages.length} pages`)
  await walk(page, site, pages, { untitled: /potassium|diabetes|lisinopril|Rosa/i })
})

// The owner alone may see who looked: the caregiver's page asks, and is refused.
scene('what a caregiver sees', { as: 'caregiver', timeout: 180_000, expect: [/status of 404.*\/(access|grants)/] }, async ({ page, site }) => {
  const { mother, child, self } = await people(page, site)
  const of = (name, person, rest) => ({ name: `${name}${rest.replaceAll('/', '-')}`, path: `/p/${person.patient}${rest}` })
  await walk(page, site, [
    { name: 'people', path: '/people' }, ...['/home', '/record', '/kinds', '/sharing'].map((rest) => of('acting-mother', mother, rest)).map((one) => ({ ...one, path: one.path.replace('/home', '/') })),
    { name: 'acting-child-home', path: `/p/${child.patient}/` }, of('acting-child', child, '/record'), { name: 'caregiver-home', path: `/p/${self.patient}/` }, of('caregiver', self, '/you'),
  ])
})

scene('the clinic', { as: 'clinician', timeout: 240_000 }, async ({ page, site }) => {
  const { items } = await found(page, site, '/clinic/patients', 'Rosa')
  await walk(page, site, await clinicPages(page, site, items[0].patient))
})

scene('the front desk', { as: 'frontdesk', timeout: 180_000 }, async ({ page, site }) => {
  const { items } = await found(page, site, '/clinic/patients', 'Rosa')
  const at = `/clinic/p/${items[0].patient}`
  await walk(page, site, [{ name: 'desk-today', path: '/clinic/today' }, { name: 'desk-patients', path: '/clinic' }, { name: 'desk-chart', path: at }, { name: 'desk-book', path: `${at}/book` }])
})

scene('the privacy officer', { as: 'privacy', timeout: 120_000 }, async ({ page, site }) => {
  await walk(page, site, [{ name: 'privacy-role', path: '/clinic' }, { name: 'privacy-work', path: '/clinic/privacy' }, { name: 'privacy-requests', path: '/clinic/requests' }])
})

scene('the administrator', { as: 'admin', timeout: 120_000 }, async ({ page, site }) => {
  await walk(page, site, [{ name: 'clinic-role', path: '/clinic' }, { name: 'clinic-health', path: '/clinic/health' }, { name: 'clinic-delivery', path: '/clinic/delivery' }, { name: 'clinic-blocks', path: '/clinic/blocks' }])
})

scene('dialogs, and pages that are not there', { as: 'patient', timeout: 180_000, expect: [/status of 404/] }, async ({ page, open, site }) => {
  const wrong = []
  const { self } = await people(page, site)
  await visit(page, `${site.url}/no/such/page`)
  await look(page, 'not-found', wrong)
  await visit(page, `${site.url}/p/00000000-0000-4000-8000-000000000000`)
  await look(page, 'no-such-record', wrong)
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  await page.getByRole('button', { name: en('sharing.stop') }).first().click()
  await page.getByRole('dialog').waitFor()
  await look(page, 'dialog-stop-sharing', wrong)
  await visit(page, `${site.url}/p/${self.patient}/you/security`)
  await page.getByRole('button', { name: en('account.addPasskey') }).click()
  await look(page, 'you-add-passkey', wrong)
  const doctor = await open('clinician')
  await visit(doctor, `${site.url}/clinic`)
  await doctor.keyboard.press('?')
  await doctor.getByRole('dialog').waitFor()
  await look(doctor, 'clinic-keys', wrong)
  assert.deepEqual(wrong, [])
})

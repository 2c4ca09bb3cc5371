// A nurse who does not care for the patient opens the record in an emergency: the privacy officer is told and judges it,
// the patient reads it; and a patient asks for something not to be shown.
import assert from 'node:assert/strict'
import { act, ask, chartOf, me, must, people } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { proven } from './harness/prove.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
const button = (within, name) => within.getByRole('button', { name, exact: true })

/** Leaves the pools by which one is in care teams as well. */
async function leavePools(page, site, who) {
  const { items } = await must(page, site, '/clinic/inbox/pools')
  const { account } = await me(page, site)
  for (const { id } of items) {
    const left = await act(page, site, 'DELETE', `/clinic/pools/${id}/members/${account.id}`)
    assert.equal(left.status, 204, left.text)
  }
  assert.deepEqual((await must(page, site, '/clinic/inbox/pools')).items, [])
}

scene('a record is opened in an emergency, judged, and the patient reads it', { as: 'nurse', viewport: desk, timeout: 240_000, expect: [/404/] }, async ({ page, open, site }) => {
  const patient = await open('patient', { viewport: phone })
  const { self } = await people(patient, site)
  const { patient: known } = await chartOf(patient, site, self.patient)
  await site.command('grant', '--team', 'nurse', '--stop', '--patient', self.patient, site.accounts.nurse.email)
  await leavePools(page, site, 'nurse')
  const { account } = await me(page, site)
  await until('the nurse left the team', async () => (await ask(page, site, `/charts/${self.patient}`)).status === 404)
  const wrong = []

  await visit(page, `${site.url}/clinic`)
  await page.getByRole('link', { name: en('care.clinicLook') }).click()
  await page.getByLabel(en('care.name'), { exact: true }).waitFor()
  await button(page, en('care.find')).click()
  await page.getByText(en('care.missing')).waitFor()
  await page.getByLabel(en('care.name'), { exact: true }).fill(known.name)
  await page.getByLabel(en('care.born'), { exact: true }).fill(known.birthDate)
  await button(page, en('care.find')).click()
  await proven(page, site.accounts.nurse, button(page, en('care.breakGlass')))

  await button(page, en('care.breakGlass')).click()
  const dialog = page.getByRole('dialog', { name: en('care.glassTitle', { name: known.name }) })
  await button(dialog, en('care.glassGo')).click()
  await dialog.getByText(en('care.reasonMissing')).waitFor()
  await look(page, 'glass-dialog', wrong)
  await page.setViewportSize(desk)
  const reason = 'Brought in by ambulance, cannot speak'
  await dialog.getByLabel(en('care.reason'), { exact: true }).fill(reason)
  await button(dialog, en('care.glassGo')).click()
  const banner = page.getByRole('region', { name: en('care.emergency') })
  await proven(page, site.accounts.nurse, banner)
  await page.getByRole('region', { name: en('clinic.results') }).waitFor()
  assert.match(await banner.innerText(), /\b(59|60)\b/, 'the time that is left')
  await settled(page)
  await look(page, 'chart-emergency', wrong)
  await page.setViewportSize(desk)

  // The privacy officer is told without a name, and finds it.
  const officer = await open('privacy', { viewport: desk })
  const told = await must(officer, site, '/notices')
  assert.equal(told.items[0].kind, 'oversight')
  assert.ok(!JSON.stringify(told).includes(self.patient))
  await visit(officer, `${site.url}/clinic`)
  await officer.getByRole('link', { name: en('care.privacy') }).first().click()
  const one = officer.getByRole('region', { name: `${account.name}, ${known.name}` })
  await one.getByText(reason).waitFor()
  await one.getByText(en('care.opened')).click()
  await one.getByRole('listitem').first().waitFor()
  await look(officer, 'work-privacy', wrong)
  await officer.setViewportSize(desk)
  await one.getByLabel(en('care.note'), { exact: true }).fill('Confirmed with the emergency room')
  await button(one, en('care.justified')).click()
  await proven(officer, site.accounts.privacy, officer.getByText(en('care.reviewNone')))

  // Closed again, the record is not there.
  await button(banner, en('care.endNow')).click()
  await page.waitForURL(/\/clinic$/)
  assert.equal((await ask(page, site, `/charts/${self.patient}`)).status, 404)

  await visit(patient, `${site.url}/p/${self.patient}/sharing`)
  const row = patient.getByRole('table').locator('tbody tr').filter({ hasText: reason }).first()
  await row.waitFor()
  const text = await row.innerText()
  assert.match(text, new RegExp(account.name))
  assert.match(text, new RegExp(en('sharing.emergency')))
  await patient.getByRole('heading', { name: en('care.yourTeam') }).waitFor()
  assert.deepEqual(wrong, [])
})

scene('what a patient asks not to show is agreed to and holds', { as: 'patient', viewport: phone, timeout: 240_000, expect: [/404/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const { patient: known } = await chartOf(page, site, self.patient)
  const front = await open('frontdesk', { viewport: desk })
  const seesInsurance = async () => (await chartOf(front, site, self.patient)).view.sees.includes('coverage')
  assert.ok(await seesInsurance())
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  await page.getByRole('link', { name: en('care.restrictionsLink') }).click()
  await page.getByLabel(en('care.askTo'), { exact: true }).selectOption('frontdesk')
  await button(page, en('care.askGo')).click()
  await page.getByText(en('care.askKindsMissing')).waitFor()
  const coverage = en('inline.coverage')
  await page.getByLabel(coverage[0].toUpperCase() + coverage.slice(1), { exact: true }).check()
  await button(page, en('care.askGo')).click()
  await page.getByText(en('care.ask.asked'), { exact: true }).waitFor()
  assert.ok(await seesInsurance(), 'asked for is not agreed to')

  const officer = await open('privacy', { viewport: desk })
  await visit(officer, `${site.url}/clinic/privacy`)
  const one = officer.getByRole('region', { name: `${known.name}, ${en('care.towards.frontdesk')}` })
  await button(one, en('care.agree')).click()
  await proven(officer, site.accounts.privacy, officer.getByText(en('care.asksNone')))
  await until('the front desk does not see it', async () => !(await seesInsurance()))
  await page.reload()
  await page.getByText(en('care.ask.agreed'), { exact: true }).waitFor()

  // An administrator sees who is in the team, and opens nothing.
  const admin = await open('admin', { viewport: desk })
  await visit(admin, `${site.url}/clinic`)
  await admin.getByRole('link', { name: en('care.adminTeams') }).click()
  await admin.getByLabel(en('care.name'), { exact: true }).fill(known.name)
  await admin.getByLabel(en('care.born'), { exact: true }).fill(known.birthDate)
  await button(admin, en('care.find')).click()
  await proven(admin, site.accounts.admin, button(admin, en('care.team')))
  await button(admin, en('care.team')).click()
  await admin.getByText(en('role.frontdesk')).first().waitFor()
  assert.equal((await ask(admin, site, `/charts/${self.patient}`)).status, 404)
})

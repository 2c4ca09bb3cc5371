// The privacy officer reads the audit of the last days: sorted by each column with the keyboard, filtered, and as a file
// that needs a fresh proof; nobody else has the page.
import assert from 'node:assert/strict'
import { me, people } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { en } from './harness/words.mjs'

const scene = suite()

scene('the privacy officer reads who looked, sorts, filters and takes a table along', { as: 'privacy', viewport: desk, timeout: 240_000 }, async ({ page, open, site }) => {
  const patient = await open('patient', { viewport: phone })
  const { self } = await people(patient, site)
  const doctor = await open('clinician')
  const { account } = await me(doctor, site)
  await visit(doctor, `${site.url}/clinic/p/${self.patient}`)

  await visit(page, `${site.url}/clinic`)
  await page.getByRole('link', { name: en('clinic.nav.accesses') }).click()
  await page.getByRole('heading', { level: 1, name: en('privacy.page') }).waitFor()
  const rows = page.getByRole('table').locator('tbody tr')
  await rows.first().waitFor()
  const wrong = []
  await look(page, 'work-privacy', wrong)
  await page.setViewportSize(desk)

  const who = page.getByRole('columnheader', { name: en('privacy.column.who') })
  await who.getByRole('button').focus()
  await page.keyboard.press('Enter')
  await page.locator('th[aria-sort="ascending"]', { hasText: en('privacy.column.who') }).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('th[aria-sort="descending"]', { hasText: en('privacy.column.who') }).waitFor()

  await visit(page, `${site.url}/clinic/accesses`) // newest first again, so the doctor is on the first page
  await page.getByRole('button', { name: en('privacy.onlyThis', { name: account.name }), exact: true }).first().click()
  await page.getByRole('button', { name: en('privacy.only.who', { name: account.name }) }).waitFor()
  await settled(page)
  for (const text of await rows.allInnerTexts()) assert.match(text, new RegExp(account.name))

  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: en('privacy.csv') }).click()
  let file = ''
  for await (const piece of await (await saved).createReadStream()) file += piece
  assert.match(file, /^time,account,who/)
  assert.ok(file.includes(account.name))
  assert.ok(!/potassium/i.test(file), 'no facts about health')
  assert.deepEqual(wrong, [])
})

scene('nobody else has the page', { as: 'clinician', viewport: desk, expect: [/403/] }, async ({ page, site }) => {
  await visit(page, `${site.url}/clinic`)
  assert.equal(await page.getByRole('link', { name: en('clinic.nav.accesses') }).count(), 0)
  const answer = await page.request.get(`${site.url}/api/v1/privacy/audit?from=2026-01-01&until=2026-01-02`)
  assert.equal(answer.status(), 403)
})

// "Who looked at my record": everyone, the clinician of just now on top.
import assert from 'node:assert/strict'
import { chartOf, lineOf, me, must, people, potassium } from './harness/chart.mjs'
import { settled, visit } from './harness/pages.mjs'
import { proven } from './harness/prove.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()

scene('after the clinician opened the chart, the patient reads it by name', { as: 'patient', viewport: phone }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const doctor = await open('clinician')
  const { account } = await me(doctor, site)
  const rows = page.getByRole('table').locator('tbody tr')
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  const theirs = rows.filter({ hasText: account.name })
  await rows.first().waitFor()
  const looked = new RegExp(`${en('sharing.yourRecord')}|${en('inline.results')}`)
  assert.ok(!(await theirs.allInnerTexts()).some((text) => looked.test(text)), 'not before')

  await visit(doctor, `${site.url}/clinic/p/${self.patient}`)
  const line = lineOf(await chartOf(doctor, site, self.patient), potassium)
  await visit(doctor, `${site.url}/clinic/p/${self.patient}/results/${line.key}`)

  await page.reload()
  await rows.first().waitFor()
  const row = rows.filter({ hasText: account.name }).first()
  await row.waitFor()
  const text = await row.innerText()
  assert.match(text, new RegExp(en('today')))
  assert.match(text, new RegExp(en('role.clinician')))
  assert.match(text, new RegExp(en('purpose.care')))
  assert.match(text, looked)
  await rows.filter({ hasText: en('sharing.youWho') }).first().waitFor()
})

scene('a caregiver stands there as who she is', { as: 'patient', viewport: phone }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const carer = await open('caregiver')
  const { account } = await me(carer, site)
  await visit(carer, `${site.url}/p/${self.patient}/record/medicines`)
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  const row = page.getByRole('table').locator('tbody tr').filter({ hasText: account.name }).first()
  await row.waitFor()
  const { items } = await must(page, site, `/charts/${self.patient}/grants`)
  const { relation } = items.find(({ name }) => name === account.name)
  assert.equal(relation, 'mother', 'to the caregiver she is the mother')
  assert.match(await row.innerText(), new RegExp(en('sharing.forYou', { relation: en('helper.mother') })))
  assert.doesNotMatch(en('helper.mother'), /mother/i, 'and the caregiver is not the mother')
  const card = page.getByRole('region', { name: account.name })
  assert.match(await card.innerText(), new RegExp(en('sharing.last', { when: en('today') }), 'i'), 'she was here today')
})

scene('the list says that it is whole', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  const { self } = await people(page, site)
  await until('everything is sealed', async () => {
    const { integrity } = await must(page, site, `/charts/${self.patient}/access`)
    return integrity.complete && integrity.sealedUpTo > 0
  })
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  await page.getByText(en('sharing.complete')).waitFor()
  assert.match(await site.command('audit', 'verify'), /./)
})

scene('the owner stops sharing, and it takes effect at once', { as: 'patient', viewport: phone, expect: [/status of 40[134]/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const carer = await open('caregiver', { viewport: phone })
  await visit(carer, `${site.url}/p/${self.patient}/record/medicines`)
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  const name = site.accounts.caregiver.name
  const card = page.getByRole('region', { name })
  await card.getByText(en('sharing.hidesSensitive')).waitFor()
  await card.getByRole('button', { name: en('sharing.stop') }).click()
  const dialog = page.getByRole('dialog', { name: en('sharing.stopTitle', { name }) })
  await dialog.getByRole('button', { name: en('sharing.stopGo') }).click()
  await proven(page, site.accounts.patient, page.getByText(en('sharing.stopped', { name })))
  // Her open page notices by itself; she did nothing.
  await until('the record is gone from her page', async () => !(await carer.locator('body').innerText()).includes('mg'), { within: 5000 })
  await visit(carer, `${site.url}/people`)
  assert.equal(await carer.getByText(self.name).count(), 0)
  await settled(page)
})

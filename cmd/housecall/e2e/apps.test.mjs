// Administrators register apps: what each kind is said in words, a secret is shown once, and who is
// kept out is out.
import assert from 'node:assert/strict'
import { ask, must } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { proven } from './harness/prove.mjs'
import { suite } from './harness/suite.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
const press = (where, key) => where.getByRole('button', { name: en(key), exact: true }).click()

scene('an administrator registers an app and keeps it out', { as: 'admin', timeout: 180_000, expect: [/status of 40[013]/] }, async ({ page, site }) => {
  const wrong = []
  await visit(page, `${site.url}/clinic`)
  await page.getByRole('link', { name: en('clinic.nav.apps') }).first().click()
  await page.getByRole('heading', { level: 1, name: en('apps.page') }).waitFor()
  await page.getByText(en('apps.none')).waitFor()
  await look(page, 'apps-none', wrong)
  await page.getByRole('link', { name: en('apps.add') }).click()
  await page.getByRole('radio', { name: en('apps.choice.symmetric') }).check()
  await press(page, 'apps.register')
  const refused = page.getByRole('alert').getByRole('link')
  await proven(page, site.accounts.admin, refused)
  await refused.click() // leads to the field that it is about
  assert.equal(await page.evaluate(() => document.activeElement.id), 'app-name')
  await look(page, 'apps-new-refused', wrong)
  await page.getByLabel(en('apps.name'), { exact: true }).fill('Growth chart')
  await page.getByLabel(en('apps.publisher'), { exact: true }).fill('Tall Trees')
  await page.getByLabel(en('apps.redirects'), { exact: true }).fill('https://growth.example/callback')
  await page.getByLabel(en('apps.scopes'), { exact: true }).fill('openid\npatient/Observation.rs')
  await press(page, 'apps.register')
  await page.getByText(en('apps.secretOnce')).waitFor()
  const [secret, id] = await page.locator('code').allInnerTexts()
  await look(page, 'apps-secret', wrong)
  const knows = async () => (await page.request.post(`${site.url}/oidc/introspect`, { form: { token: 'x' }, headers: { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` } })).status()
  assert.equal(await knows(), 200)

  await page.getByRole('link', { name: en('apps.open') }).click()
  await page.getByRole('heading', { level: 1, name: 'Growth chart' }).waitFor()
  await settled(page)
  assert.doesNotMatch(await page.content(), new RegExp(secret), 'it was shown once')
  await look(page, 'apps-one', wrong)
  await press(page, 'apps.disable')
  const dialog = page.getByRole('dialog', { name: en('apps.disableTitle') })
  await press(dialog, 'apps.disable')
  await proven(page, site.accounts.admin, page.getByText(en('apps.disabled')))
  assert.equal(await knows(), 401)
  await visit(page, `${site.url}/clinic/apps`)
  await page.getByText(en('apps.off'), { exact: true }).waitFor()
  await look(page, 'apps-list', wrong)
  const { items } = await must(page, site, '/admin/apps')
  assert.deepEqual(items.filter(({ own }) => !own).map(({ name, active }) => [name, active]), [['Growth chart', false]])
  assert.deepEqual(wrong, [])
})

scene('nobody else sees the apps', { as: 'clinician', expect: [/status of 403/] }, async ({ page, site }) => {
  await visit(page, `${site.url}/clinic`)
  assert.equal(await page.getByRole('link', { name: en('clinic.nav.apps') }).count(), 0)
  assert.equal((await ask(page, site, '/admin/apps')).status, 403)
})

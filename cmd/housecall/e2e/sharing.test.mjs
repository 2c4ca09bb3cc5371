// A patient invites somebody, who accepts with the link and sees what was given, and no more; less at once when it is narrowed.
import assert from 'node:assert/strict'
import { ask, must, people } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { typeCode, typePassword } from './harness/signin.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()

/** What needs the person once more: asked in place when the last proof is old. */
async function confirmed(page, site, done) {
  const proof = page.getByRole('dialog', { name: en('account.stepUpTitle') })
  await proof.or(done).first().waitFor()
  if (await proof.isVisible()) {
    await proof.getByLabel(en('account.stepUpPassword'), { exact: true }).fill(site.accounts.patient.password)
    await proof.getByRole('button', { name: en('account.stepUpGo') }).click()
  }
  await done.waitFor()
}

scene('an invitation is accepted by its link, shows what was given, and less when it is narrowed', { as: 'patient', viewport: phone, expect: [/status of 40[134]/, /ApiError: You are signed out/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const wrong = []
  const grants = async () => (await must(page, site, `/charts/${self.patient}/grants`)).items.filter(({ state }) => state === 'active')
  const { csrf } = await must(page, site, '/me')
  for (const { id } of await grants()) {
    const answer = await page.context().request.delete(`${site.url}/api/v1/charts/${self.patient}/grants/${id}`, { headers: { 'X-CSRF-Token': csrf, Origin: site.url } })
    assert.equal(answer.status(), 204)
  }

  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  await page.getByRole('link', { name: en('offer.open') }).click()
  await page.getByRole('button', { name: en('offer.go') }).click()
  await page.getByRole('link', { name: en('offer.needName') }).waitFor()
  await page.getByLabel(en('offer.name'), { exact: true }).fill('My daughter')
  await page.getByLabel(en('offer.relation'), { exact: true }).selectOption('parent')
  const sees = page.getByRole('group', { name: en('offer.sees') })
  for (const part of ['conditions', 'allergies', 'immunizations', 'vitals', 'visits', 'documents', 'careplan']) await sees.getByLabel(new RegExp(`^${en(`inline.${part}`)}$`, 'i')).uncheck()
  await look(page, 'sharing-invite', wrong)
  await page.setViewportSize(phone)
  await page.getByRole('button', { name: en('offer.go') }).click()
  const field = page.getByLabel(en('offer.link'), { exact: true })
  await confirmed(page, site, field)
  const link = await field.inputValue()
  assert.match(link, /\/share\/accept#[\w-]{40,}$/)
  await look(page, 'sharing-link', wrong)
  await page.setViewportSize(phone)
  await page.getByRole('link', { name: en('offer.back') }).click()
  await page.getByText(en('offer.notYet')).waitFor()
  await look(page, 'sharing-waiting', wrong)

  // The link in a browser that nobody is signed in with: its secret goes to no server before there is somebody.
  const carer = await open(undefined, { viewport: phone })
  const secret = link.split('#')[1]
  const heard = []
  carer.on('request', (request) => heard.push({ url: request.url(), body: request.postData() ?? '' }))
  await carer.goto(link)
  await carer.getByRole('link', { name: en('signIn.start'), exact: true }).click()
  await carer.getByLabel(en('signIn.email'), { exact: true }).waitFor()
  assert.doesNotMatch(await carer.locator('body').innerText(), new RegExp(self.name), 'not a word about whom before the sign-in')
  assert.ok(heard.every(({ url, body }) => !url.split('#')[0].includes(secret) && !body.includes(secret)), 'the secret stayed in the browser')
  await typePassword(carer, site.accounts.caregiver)
  if (site.accounts.caregiver.secret) await typeCode(carer, site.accounts.caregiver.secret)
  const accept = carer.getByRole('button', { name: en('accept.go') })
  await accept.waitFor()
  assert.ok(!carer.url().includes(secret), 'the address does not keep it')
  await carer.getByRole('heading', { name: en('accept.title', { name: self.name }) }).waitFor()
  assert.equal((await ask(carer, site, `/charts/${self.patient}`)).status, 404, 'looking is not accepting')
  await look(carer, 'sharing-accept', wrong)
  await carer.setViewportSize(phone)
  await accept.click()
  await carer.waitForURL(new RegExp(`/p/${self.patient}`))
  await settled(carer)
  const count = async (section) => (await must(carer, site, `/charts/${self.patient}/sections/${section}`)).items.length
  assert.ok((await count('medicines')) > 0 && (await count('results')) > 0)
  assert.equal(await count('conditions'), 0)
  assert.ok(heard.every(({ url }) => !url.split('#')[0].includes(secret)), 'no address ever held it')

  await visit(carer, `${site.url}/p/${self.patient}/record/results`)
  await carer.locator('main a[href*="/results/"]').first().waitFor()
  await carer.evaluate(() => (window.__same = true))
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  const [{ name }] = await grants()
  const card = page.getByRole('region', { name })
  await card.getByText(en('offer.invitedAs', { name: 'My daughter' })).waitFor()
  await card.getByRole('button', { name: en('offer.less') }).click()
  const dialog = page.getByRole('dialog', { name: en('offer.lessTitle', { name }) })
  await dialog.getByLabel(new RegExp(`^${en('inline.results')}$`, 'i')).uncheck()
  await look(page, 'sharing-less', wrong)
  await page.setViewportSize(phone)
  await dialog.getByRole('button', { name: en('offer.lessGo') }).click()
  await confirmed(page, site, page.getByText(en('offer.lessened', { name })))
  await until('the results are gone from the open page', async () => (await carer.locator('main a[href*="/results/"]').count()) === 0, { within: 5000 })
  assert.ok(await carer.evaluate(() => window.__same), 'the page was not loaded again')
  assert.equal(await count('results'), 0)

  const again = await open('caregiver', { viewport: phone })
  await again.goto(link)
  await again.getByRole('heading', { name: en('accept.gone') }).waitFor()
  assert.deepEqual(wrong, [])
})

scene('an invitation is taken back', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/sharing/invite`)
  await page.getByLabel(en('offer.name'), { exact: true }).fill('Jo')
  await page.getByLabel(en('offer.relation'), { exact: true }).selectOption('friend')
  await page.getByRole('button', { name: en('offer.go') }).click()
  await confirmed(page, site, page.getByLabel(en('offer.link'), { exact: true }))
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  await page.getByRole('button', { name: en('offer.takeBack') }).click()
  await confirmed(page, site, page.getByText(en('offer.taken', { name: 'Jo' })))
  assert.equal(await page.getByText(en('offer.notYet')).count(), 0)
})

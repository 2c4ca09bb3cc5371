// Ways in and out: password, one-time code, passkey, the first administrator, and being signed out.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openBrowser, openProfile, wrongIn } from './harness/browser.mjs'
import { people } from './harness/chart.mjs'
import { settled, visit } from './harness/pages.mjs'
import { passkeyDevice } from './harness/passkey.mjs'
import { freshFolder } from './harness/paths.mjs'
import { signIn, toLogin, typeCode, typePassword } from './harness/signin.mjs'
import { freePort, Site } from './harness/site.mjs'
import { leaveBehind, phone, suite } from './harness/suite.mjs'
import { codeOf } from './harness/totp.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
// Who is signed out is told so by the server, and a wrong code is refused: the browser writes that down.
const refused = [/status of 40[01]/, /ApiError: You are signed out/]

scene('a patient signs in with a password', { viewport: phone, expect: refused }, async ({ page, site }) => {
  await signIn(page, site, 'patient')
  assert.match(new URL(page.url()).pathname, /^\/p\/[0-9a-f-]{36}\/?$/)
  const given = site.accounts.patient.name.split(' ')[0]
  await page.getByRole('heading', { level: 1, name: new RegExp(given) }).waitFor()
  await page.reload()
  await page.getByRole('heading', { level: 1, name: new RegExp(given) }).waitFor()
  assert.doesNotMatch(await page.title(), new RegExp(given), 'the title of a tab says nothing about a person')
})

scene('a wrong password and an unknown address get the same answer', { viewport: phone, expect: refused }, async ({ page, site }) => {
  await toLogin(page, site.url)
  const tell = async (email, password) => {
    const answered = page.waitForResponse((response) => response.url().includes('/auth/password'))
    await typePassword(page, { email, password })
    const status = (await answered).status()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    assert.ok(await alert.evaluate((box) => box === document.activeElement), 'the summary takes the focus')
    return { status, said: await alert.innerText() }
  }
  const { email, password } = site.accounts.patient
  const wrong = await tell(email, 'not the right words')
  const unknown = await tell('nobody@housecall.test', 'not the right words')
  assert.deepEqual(wrong, unknown)
  assert.equal(wrong.status, 401)
  assert.doesNotMatch(wrong.said, /error|invalid|401|fail/i, 'kind words')
  assert.equal(await page.getByLabel(en('signIn.email'), { exact: true }).inputValue(), 'nobody@housecall.test', 'what was typed stays')
  await typePassword(page, { email, password })
  await page.waitForURL(/\/p\//)
})

scene('empty fields are named, with a way to them', { viewport: phone, expect: refused }, async ({ page, site }) => {
  await toLogin(page, site.url)
  await page.getByRole('button', { name: en('signIn.withPassword'), exact: true }).click()
  await page.getByRole('alert').getByRole('link', { name: en('signIn.needPassword') }).click()
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'password')
})

scene('a link into the record survives the sign-in', { viewport: phone, expect: refused }, async ({ page, open, site }) => {
  const { self } = await people(await open('patient'), site)
  const deep = `/p/${self.patient}/record/medicines`
  await page.goto(site.url + deep)
  await page.getByRole('link', { name: en('signIn.start'), exact: true }).click()
  await typePassword(page, site.accounts.patient)
  await page.waitForURL(site.url + deep)
  await page.getByRole('heading', { level: 1, name: en('category.medicines') }).waitFor()
})

scene('staff need a code after the password', { expect: refused }, async ({ page, site }) => {
  const { nurse } = site.accounts
  await toLogin(page, site.url)
  await typePassword(page, nurse)
  await page.getByRole('heading', { name: en('signIn.codeTitle') }).waitFor()
  const before = await page.context().request.get(`${site.url}/api/v1/me`)
  assert.equal(before.status(), 401, 'the password alone opens nothing')
  const right = codeOf(nurse.secret)
  await page.getByLabel(en('signIn.code')).fill(right === '000000' ? '111111' : '000000')
  await page.getByRole('button', { name: en('signIn.codeGo') }).click()
  await page.getByRole('alert').waitFor()
  await typeCode(page, nurse.secret)
  await page.waitForURL(/\/clinic/)
  await page.getByRole('heading', { level: 1, name: en('clinic.patients') }).waitFor()
})

scene('somebody new on the staff sets up the codes at the first sign-in', { expect: refused }, async ({ page, site }) => {
  const said = await site.command('user', 'add', 'lee@housecall.test', '--name', 'Dr. Lee Marsh', '--role', 'clinician', '--password')
  const password = /sign-in: (\S+)/.exec(said)[1]
  await toLogin(page, site.url)
  await typePassword(page, { email: 'lee@housecall.test', password })
  await page.getByRole('img', { name: en('account.totpQr') }).waitFor()
  const secret = (await page.locator('main').innerText()).match(/\b[A-Z2-7]{26,}\b/)[0]
  await typeCode(page, secret)
  await page.waitForURL(/\/clinic/)
  await page.getByText(en('clinic.none')).waitFor()
})

scene('a passkey is made, signs in without typing, and is taken away', { viewport: phone, expect: refused }, async ({ page, site }) => {
  const device = await passkeyDevice(page)
  await signIn(page, site, 'patient')
  const home = page.url()
  await visit(page, `${home.replace(/\/$/, '')}/you/security`)
  await page.getByRole('button', { name: en('account.addPasskey') }).click()
  await page.getByLabel(en('account.passkeyName')).fill('My phone')
  await page.getByRole('button', { name: en('account.addPasskey') }).click()
  await page.getByText(en('account.passkeyAdded')).waitFor()
  await page.getByText('My phone', { exact: true }).waitFor()
  const [made] = await device.credentials()
  assert.ok(made.isResidentCredential, 'it can be found without an address')
  await signOut(page)

  await page.goto(site.url)
  await page.getByRole('link', { name: en('signIn.start'), exact: true }).click()
  await page.getByRole('button', { name: en('signIn.passkey') }).click()
  await page.waitForURL(home)
  await signOut(page)

  await device.verified(false)
  await page.goto(site.url)
  await page.getByRole('link', { name: en('signIn.start'), exact: true }).click()
  await page.getByRole('button', { name: en('signIn.passkey') }).click()
  await page.getByRole('alert').waitFor()
  assert.equal((await page.context().request.get(`${site.url}/api/v1/me`)).status(), 401, 'a device that did not see its owner opens nothing')

  await device.verified(true)
  await page.getByRole('button', { name: en('signIn.passkey') }).click()
  await page.waitForURL(home)
  await visit(page, `${home.replace(/\/$/, '')}/you/security`)
  await page.getByRole('button', { name: `${en('account.remove')}: My phone` }).click()
  await page.getByRole('dialog').getByRole('button', { name: en('account.remove') }).click()
  await page.getByText(en('account.noPasskeys')).waitFor()
})

scene('another device is signed out under a fresh proof, asked for in place', { viewport: phone, expect: [...refused, /status of 403/] }, async ({ page, site, browser }) => {
  await passkeyDevice(page)
  await signIn(page, site, 'patient')
  const home = page.url()
  const you = `${home.replace(/\/$/, '')}/you`
  await visit(page, `${you}/security`)
  await page.getByRole('button', { name: en('account.addPasskey') }).click()
  await page.getByLabel(en('account.passkeyName')).fill('My phone')
  await page.getByRole('button', { name: en('account.addPasskey') }).click()
  await page.getByText(en('account.passkeyAdded')).waitFor()
  // With a passkey set up, the password of another browser is no fresh proof there.
  await signOut(page)
  await signIn(page, site, 'patient')
  const elsewhere = await browser.newContext()
  const tablet = await elsewhere.newPage()
  await signIn(tablet, site, 'patient')
  await visit(page, `${you}/devices`)
  const ends = page.getByRole('button', { name: new RegExp(`^${en('account.end')}`) })
  await ends.first().waitFor()
  const before = await ends.count()
  await ends.first().click()
  const dialog = page.getByRole('dialog', { name: en('account.stepUpTitle') })
  await dialog.getByRole('button', { name: en('cancel') }).click()
  await dialog.waitFor({ state: 'hidden' })
  assert.equal(await ends.count(), before, 'nothing ended without it')
  await ends.first().click()
  await dialog.getByRole('button', { name: en('account.stepUpPasskey') }).click()
  await page.getByText(en('account.ended')).waitFor()
  await until('the device is gone from the list', async () => (await ends.count()) === before - 1)
  assert.equal((await elsewhere.request.get(`${site.url}/api/v1/me`)).status(), 401, 'it is signed out')
  await elsewhere.close()
  await visit(page, `${you}/security`)
  await page.getByRole('button', { name: `${en('account.remove')}: My phone` }).click()
  await page.getByRole('dialog').getByRole('button', { name: en('account.remove') }).click()
  await page.getByText(en('account.noPasskeys')).waitFor()
})

async function signOut(page) {
  const you = page.url().replace(/(\/p\/[^/]+).*/, '$1/you')
  await visit(page, you)
  await page.getByRole('button', { name: en('account.signOut') }).click()
  await page.waitForURL(/\/sign-in/)
}

scene('signing out signs out: the back button, the old cookie, the other tab', { viewport: phone, expect: refused }, async ({ page, open, site, browser }) => {
  await signIn(page, site, 'patient')
  const home = page.url()
  const other = await page.context().newPage()
  await visit(other, `${home.replace(/\/$/, '')}/record/results`)
  const kept = await page.context().storageState()
  await signOut(page)
  await page.getByText(en('signIn.signedOut')).waitFor()
  await page.getByRole('link', { name: en('signIn.start'), exact: true }).waitFor()

  await other.waitForURL(/\/sign-in/)
  await page.goBack()
  await until('nothing of the record is shown', async () => (await page.locator('[href*="/entries/"]').count()) === 0 && /sign-in/.test(page.url()))

  const thief = await openProfile(browser, { state: kept })
  try {
    for (const where of ['/api/v1/me', home.replace(site.url, '').replace('/p/', '/api/v1/charts/').replace(/\/$/, '')]) {
      assert.equal((await thief.request.get(site.url + where)).status(), 401, `${where} with the old cookie`)
    }
  } finally {
    await thief.close()
  }
  const still = await open('patient')
  assert.equal((await still.context().request.get(`${site.url}/api/v1/me`)).status(), 200, 'another device stays signed in')
})

scene('before an idle session ends, the page asks', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  const soon = { on: true, at: new Date(Date.now() + 90_000).toISOString() }
  await page.route('**/api/v1/me', async (route) => {
    const answer = await route.fetch()
    const body = await answer.json()
    if (soon.on && route.request().method() === 'GET') body.session.idleExpiresAt = soon.at
    await route.fulfill({ response: answer, json: body })
  })
  await page.goto(site.url)
  const dialog = page.getByRole('dialog', { name: en('shell.timeout.title') })
  await dialog.waitFor()
  assert.match(await dialog.innerText(), /2 minutes|\d+ seconds/)
  soon.on = false
  const extended = page.waitForResponse((response) => response.url().endsWith('/api/v1/session/extend'))
  await dialog.getByRole('button', { name: en('shell.timeout.stay') }).click()
  const life = await (await extended).json()
  assert.ok(Date.parse(life.idleExpiresAt) - Date.now() > 25 * 60_000, 'half an hour from now')
  await dialog.waitFor({ state: 'detached' })
})

scene('a session ended elsewhere locks the page and leads back', { viewport: phone, expect: refused }, async ({ page, site }) => {
  await signIn(page, site, 'patient')
  const here = `${page.url().replace(/\/$/, '')}/record/medicines`
  await visit(page, here)
  const { csrf } = await (await page.context().request.get(`${site.url}/api/v1/me`)).json()
  const ended = await page.context().request.post(`${site.url}/auth/logout`, { headers: { 'X-CSRF-Token': csrf, Origin: site.url }, data: {} })
  assert.ok(ended.ok(), String(ended.status()))
  await page.waitForURL(/\/sign-in/)
  await page.getByText(en('signIn.locked')).waitFor()
  await page.getByRole('link', { name: en('signIn.start'), exact: true }).click()
  await typePassword(page, site.accounts.patient)
  await page.waitForURL(here)
})

test('the first administrator comes in by the printed link, once', async () => {
  const data = path.join(freshFolder('first'), 'data')
  const site = await new Site({ data, port: await freePort(), demo: false }).start()
  const browser = await openBrowser()
  const context = await openProfile(browser)
  try {
    const link = await until('the link is printed', () => /http:\/\/localhost:\d+\/\S*first\S*/.exec(site.said + site.log)?.[0])
    const page = await context.newPage()
    await page.goto(link)
    await page.getByLabel(en('signIn.name')).fill('Avery Stone')
    await page.getByLabel(en('signIn.email'), { exact: true }).fill('avery@clinic.test')
    await page.getByLabel(en('signIn.password'), { exact: true }).fill('seven brown kettles')
    await page.getByRole('button', { name: en('signIn.create') }).click()
    await page.getByRole('heading', { name: en('signIn.totpTitle') }).waitFor()
    const secret = (await page.locator('main').innerText()).match(/\b[A-Z2-7]{26,}\b/)[0]
    await page.getByRole('link', { name: en('signIn.totpDone') }).click()
    await page.waitForURL(/\/sign-in/)
    const start = page.getByRole('link', { name: en('signIn.start'), exact: true })
    await start.or(page.getByLabel(en('signIn.email'), { exact: true })).first().waitFor()
    if (await start.isVisible()) await start.click()
    await typePassword(page, { email: 'avery@clinic.test', password: 'seven brown kettles' })
    await typeCode(page, secret)
    await page.waitForURL(/\/clinic/)
    await settled(page)
    assert.deepEqual(await wrongIn(context, refused), [])
    await page.goto(link)
    await page.getByLabel(en('signIn.name')).fill('Second Comer')
    await page.getByLabel(en('signIn.email'), { exact: true }).fill('second@clinic.test')
    await page.getByLabel(en('signIn.password'), { exact: true }).fill('seven brown kettles')
    await page.getByRole('button', { name: en('signIn.create') }).click()
    await page.getByRole('alert').waitFor()
  } catch (error) {
    await leaveBehind('the first administrator', [context])
    throw error
  } finally {
    await context.close()
    await browser.close()
    await site.stop()
    rmSync(path.dirname(data), { recursive: true, force: true })
  }
})

// Another Housecall is the outside issuer: somebody who is known at the hospital signs in to the clinic.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { me, people as chartsOf } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { freshFolder, root } from './harness/paths.mjs'
import { choosePassword, typePassword } from './harness/signin.mjs'
import { freePort, Site } from './harness/site.mjs'
import { phone, suite } from './harness/suite.mjs'
import { en } from './harness/words.mjs'

const secret = 'a secret of at least thirty-two signs'
const hospital = new Site({ data: path.join(freshFolder('hospital'), 'data'), port: await freePort(), demo: false, env: { HOUSECALL_CLINIC_NAME: 'City Hospital' } })
const issuer = `${hospital.url}/oidc`
const people = {}

/** An account of the hospital, as its operator makes it. */
async function patientOfHospital(email, name) {
  const said = await hospital.command('user', 'add', email, '--name', name)
  return { email, name, id: /Account (\S+) made/.exec(said)[1], password: await choosePassword(said) }
}

const scene = suite({
  env: ({ url }) => ({
    HOUSECALL_OIDC_ISSUERS: JSON.stringify([{ id: 'hospital', name: 'City Hospital', issuer, client_id: 'clinic', client_secret: secret, scopes: ['profile'], allow_private: true }]),
    HOUSECALL_NODE: `clinic-${new URL(url).port}`,
  }),
  started: async ({ site }) => {
    await hospital.start()
    execFileSync('go', ['run', '-trimpath', './cmd/housecall/e2e/testdata/registerclient', '-data', hospital.data, '-base', hospital.url, '-id', 'clinic', '-name', 'The clinic', '-secret', secret, '-redirect', `${site.url}/auth/callback`], {
      cwd: root, env: { ...process.env, CGO_ENABLED: '0' }, stdio: 'pipe',
    })
    people.known = await patientOfHospital('rosa@hospital.test', 'Rosa C.')
    // The same address as at the clinic: an address alone links nothing.
    people.stranger = await patientOfHospital(site.accounts.patient.email, 'Somebody Else')
    await site.command('user', 'link', site.accounts.patient.email, '--issuer', issuer, '--subject', people.known.id)
  },
  ended: async () => {
    await hospital.stop()
    rmSync(path.dirname(hospital.data), { recursive: true, force: true })
  },
})
const refused = [/status of 401/, /ApiError: You are signed out/]

async function toHospital(page, site) {
  await page.goto(site.url)
  await page.getByRole('link', { name: en('signIn.start'), exact: true }).click()
  await page.getByRole('link', { name: en('signIn.issuer', { name: 'City Hospital' }) }).click()
  await page.waitForURL((url) => url.origin === hospital.url)
  await page.getByText(en('signIn.app', { name: 'The clinic' })).waitFor()
}

scene('a linked account signs in at the hospital and reads its record at the clinic', { viewport: phone, expect: refused }, async ({ page, site }) => {
  await toHospital(page, site)
  await typePassword(page, people.known)
  await page.getByRole('button', { name: en('connected.consent.allow'), exact: true }).click()
  await page.waitForURL((url) => url.origin === site.url && url.pathname.startsWith('/p/'))
  const { account } = await me(page, site)
  assert.equal(account.email, site.accounts.patient.email)
  await page.getByRole('heading', { level: 1, name: new RegExp(account.name.split(' ')[0]) }).waitFor()
})

scene('an account that is not linked comes nowhere, and is told so', { viewport: phone, expect: refused }, async ({ page, site }) => {
  await toHospital(page, site)
  await typePassword(page, people.stranger)
  await page.getByRole('button', { name: en('connected.consent.allow'), exact: true }).click()
  await page.waitForURL((url) => url.origin === site.url && url.pathname === '/sign-in')
  assert.equal((await page.context().request.get(`${site.url}/api/v1/me`)).status(), 401)
  const status = page.getByRole('status').or(page.getByRole('alert'))
  await status.first().waitFor()
  assert.notEqual((await status.first().innerText()).trim(), '')
})

scene('an account elsewhere is disconnected and connected on the page of sign-in ways', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  const { self } = await chartsOf(page, site)
  const wrong = []
  const ways = `${site.url}/p/${self.patient}/you/security`
  const button = (word) => page.getByRole('button', { name: `${en(`account.${word}`)}: City Hospital` })
  await visit(page, ways)
  await button('outsideUnlink').click()
  const sure = page.getByRole('dialog', { name: en('account.outsideUnlinkTitle', { name: 'City Hospital' }) })
  await sure.getByText(en('account.outsideUnlinkText')).waitFor()
  await look(page, 'outside-disconnect', wrong)
  await sure.getByRole('button', { name: en('account.outsideUnlink'), exact: true }).click()
  await button('outsideLink').click()
  await page.waitForURL((url) => url.origin === hospital.url)
  await typePassword(page, people.known) // who agreed to the clinic before
  await page.waitForURL((url) => url.href === ways)
  await button('outsideUnlink').waitFor()
  await look(page, 'outside-connected', wrong)
  assert.deepEqual(wrong, [])
})

scene('when the hospital does not answer, the other ways stay open', { viewport: phone, expect: [...refused, /status of 50[23]/, /ERR_CONNECTION/] }, async ({ page, site }) => {
  await hospital.kill()
  await page.goto(site.url)
  await page.getByRole('link', { name: en('signIn.start'), exact: true }).click()
  await page.getByLabel(en('signIn.email'), { exact: true }).waitFor()
  await typePassword(page, site.accounts.patient)
  await page.waitForURL(/\/p\//)
  await settled(page)
})

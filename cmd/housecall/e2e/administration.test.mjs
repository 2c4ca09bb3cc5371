// What administrators are asked before they change how the clinic works, and how staff come to their passkeys.
import assert from 'node:assert/strict'
import path from 'node:path'
import { settled, visit } from './harness/pages.mjs'
import { passkeyDevice } from './harness/passkey.mjs'
import { shotsFolder } from './harness/paths.mjs'
import { proven } from './harness/prove.mjs'
import { signIn, toLogin, typeCode, typePassword } from './harness/signin.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { en, es } from './harness/words.mjs'

const scene = suite()
// Who is not signed in yet is told so by the server, and an old proof is refused: the browser writes that down.
const refused = [/status of 40[0139]/, /ApiError: (You are signed out|Usted salió)/]

async function shot(page, name, still = true) {
  if (!process.env.E2E_SHOTS) return
  if (still) await settled(page)
  await page.screenshot({ path: path.join(shotsFolder('walls'), `${name}.png`), fullPage: true })
}

async function addPasskey(page, site) {
  await visit(page, `${site.url}/clinic/you/security`)
  await page.getByRole('button', { name: en('account.addPasskey') }).click()
  await page.getByLabel(en('account.passkeyName')).fill('My laptop')
  await page.getByRole('button', { name: en('account.addPasskey') }).click()
  await page.getByText(en('account.passkeyAdded')).waitFor()
}

scene('a page of administration asks in place who it is, and goes on', { as: 'admin', viewport: desk, expect: refused }, async ({ page, site }) => {
  let asked = 0
  await page.route('**/api/v1/admin/apps*', async (route) => {
    if (asked++ > 0) return route.continue()
    return route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ title: 'No', status: 403, code: 'admin_proof', detail: 'Please confirm that it is you before you change how the clinic works.' }) })
  })
  await page.goto(`${site.url}/clinic/apps`)
  const dialog = page.getByRole('dialog', { name: en('account.stepUpTitle') })
  await dialog.waitFor()
  await dialog.getByText(en('account.adminProofLead')).waitFor()
  await shot(page, 'proof-desk', false) // what is below it waits
  await proven(page, site.accounts.admin, page.getByRole('link', { name: en('apps.add') }))
  await page.getByRole('heading', { level: 1, name: en('apps.page') }).waitFor()
  assert.ok(asked > 1, 'asked again by itself')
})

scene('a passkey is all that staff make where nothing else is taken', { viewport: desk, expect: refused, timeout: 240_000 }, async ({ page, open, site }) => {
  await passkeyDevice(page)
  await signIn(page, site, 'admin')
  await visit(page, `${site.url}/clinic/invitations`)
  await page.getByText(en('staffSignIn.ownFirst')).waitFor()
  await shot(page, 'choice-first-desk')
  await addPasskey(page, site)
  await visit(page, `${site.url}/clinic/invitations`)
  await page.getByRole('button', { name: en('staffSignIn.must') }).click()
  await page.getByText(en('staffSignIn.on'), { exact: true }).waitFor()
  await shot(page, 'choice-on-desk')

  const clinician = site.accounts.clinician
  for (const [name, more, words] of [['phone-es', { viewport: phone, locale: 'es-US' }, es], ['desk-en', { viewport: desk }, en]]) {
    const other = await open(undefined, more)
    const device = await passkeyDevice(other)
    await toLogin(other, site.url, words)
    await typePassword(other, clinician, words)
    if (name === 'phone-es') {
      await typeCode(other, clinician.secret, words)
      await other.getByRole('heading', { level: 1, name: words('signIn.makeTitle') }).waitFor()
      await shot(other, `make-${name}`)
      await other.reload()
      await other.getByRole('button', { name: words('signIn.makeGo') }).click()
      await other.waitForURL(/\/clinic/)
      assert.equal((await device.credentials()).length, 1)
      await visit(other, `${site.url}/clinic/you/security`)
      await shot(other, `security-${name}`)
    } else { // who has one uses it: a password and a code make no second one
      await other.getByRole('heading', { level: 1, name: words('signIn.passkeyStepTitle') }).waitFor()
      await other.getByText(words('signIn.passkeyOnlyHelp')).waitFor()
      assert.equal(await other.getByRole('button', { name: words('reset.recoveryInstead') }).count(), 0)
      await shot(other, `passkey-only-${name}`)
    }
  }
  const nurse = await open(undefined, { viewport: desk })
  await passkeyDevice(nurse)
  await toLogin(nurse, site.url)
  await typePassword(nurse, site.accounts.nurse)
  await typeCode(nurse, site.accounts.nurse.secret)
  await nurse.getByRole('heading', { level: 1, name: en('signIn.makeTitle') }).waitFor()
  await shot(nurse, 'make-desk-en')

  await page.getByRole('button', { name: en('staffSignIn.may') }).click()
  await page.getByText(en('staffSignIn.off'), { exact: true }).waitFor()
  await page.setViewportSize(phone)
  await shot(page, 'choice-off-phone')
})

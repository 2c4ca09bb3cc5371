// A patient comes in: invited at the desk, known by the date of birth, in by a passkey. And the day on which the phone is lost.
import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { must } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { passkeyDevice } from './harness/passkey.mjs'
import { proven } from './harness/prove.mjs'
import { toLogin, typePassword } from './harness/signin.mjs'
import { phone, suite } from './harness/suite.mjs'
import { en } from './harness/words.mjs'

const scene = suite()

/** One of the desk's patients who has no account yet, is grown up, and whose whole date of birth is known. */
async function withoutAccount(page, site) {
  const { items } = await must(page, site, '/clinic/patients?limit=50')
  for (const item of items) {
    const { hasAccount } = await must(page, site, `/clinic/invitations?patient=${item.patient}`)
    if (!hasAccount && item.birthDate.length === 10 && item.birthDate < '2008') return item
  }
  throw new Error('every patient of the desk has an account')
}

async function typeBirth(page, date) {
  const [year, month, day] = date.split('-').map(Number)
  await page.getByLabel(en('enter.month'), { exact: true }).fill(String(month))
  await page.getByLabel(en('enter.day'), { exact: true }).fill(String(day))
  await page.getByLabel(en('enter.year'), { exact: true }).fill(String(year))
  await page.getByRole('button', { name: en('enter.goOn'), exact: true }).click()
}

const refused = [/status of 4(00|01|10)/, /ApiError: You are signed out/]

scene('the desk invites, and the patient sees their record', { as: 'frontdesk', timeout: 240_000, expect: refused }, async ({ page, open, site }) => {
  const wrong = []
  const person = await withoutAccount(page, site)
  await visit(page, `${site.url}/clinic/p/${person.patient}`)
  await page.getByRole('link', { name: en('clinic.accounts') }).click()
  await page.getByText(en('invite.hasNot')).waitFor()
  await look(page, 'invite', wrong)
  await page.getByRole('button', { name: en('invite.make') }).click()
  const picture = page.getByRole('img', { name: en('invite.qr') })
  await proven(page, site.accounts.frontdesk, picture)
  await picture.waitFor()
  const link = /http:\/\/\S+\/invitation#\S{43}/.exec(await page.locator('main').innerText())[0]
  await page.getByRole('button', { name: en('invite.done') }).click()
  await page.getByText(en('invite.state.open')).waitFor()

  const mobile = await open(undefined, { viewport: phone })
  const device = await passkeyDevice(mobile)
  await mobile.goto(link)
  await mobile.getByLabel(en('enter.month'), { exact: true }).waitFor()
  assert.ok(!(await mobile.locator('body').innerText()).includes(person.name), 'the link alone names nobody')
  const [year, rest] = [person.birthDate.slice(0, 4), person.birthDate.slice(4)]
  await typeBirth(mobile, `${Number(year) - 1}${rest.replace('-02-29', '-02-28')}`)
  await mobile.getByRole('alert').waitFor()
  await mobile.getByText(en('enter.triesLeft', { count: 4 })).waitFor()
  await look(mobile, 'entrance-birth', wrong)
  await mobile.setViewportSize(phone)
  await typeBirth(mobile, person.birthDate)
  await mobile.getByRole('heading', { level: 1, name: en('enter.hello', { name: person.name }) }).waitFor()
  await look(mobile, 'entrance-choose', wrong)
  await mobile.setViewportSize(phone)
  await mobile.getByRole('button', { name: en('enter.passkey') }).click()
  await mobile.waitForURL(/\/welcome$/)
  await mobile.getByRole('button', { name: en('safety.make') }).click()
  await mobile.getByText(en('safety.shown')).waitFor()
  const codes = await mobile.getByRole('listitem').filter({ hasText: /^\w{4}(-\w{4}){3}$/ }).allInnerTexts()
  assert.equal(codes.length, 10)
  await look(mobile, 'entrance-codes', wrong)
  await mobile.setViewportSize(phone)
  const [file] = await Promise.all([mobile.waitForEvent('download'), mobile.getByRole('button', { name: en('safety.download') }).click()])
  assert.deepEqual((await text(await file.createReadStream())).trim().split('\n'), codes)
  await mobile.getByRole('button', { name: en('safety.kept') }).click()
  await mobile.getByText(en('welcome.kept')).waitFor()
  assert.ok(!(await mobile.content()).includes(codes[0]), 'they were shown once')
  await mobile.getByRole('link', { name: en('welcome.go'), exact: true }).click()
  await mobile.waitForURL(new RegExp(`/p/${person.patient}/?$`))
  await settled(mobile)
  assert.equal((await device.credentials()).length, 1)
  const { people } = await must(mobile, site, '/me')
  assert.deepEqual(people.map(({ patient, relation }) => [patient, relation]), [[person.patient, 'self']])

  const second = await open(undefined, { viewport: phone })
  await second.goto(link)
  await second.getByRole('heading', { level: 1, name: en('enter.gone') }).waitFor()
  await page.reload()
  await page.getByText(en('invite.has'), { exact: true }).waitFor()

  await visit(mobile, `${site.url}/p/${person.patient}/you/security`)
  await mobile.getByText(en('safety.left', { count: 10 })).waitFor()
  assert.deepEqual(wrong, [])
})

scene('the desk helps somebody back in who lost everything', { as: 'frontdesk', timeout: 180_000, expect: refused }, async ({ page, open, site }) => {
  const wrong = []
  const patient = await open('patient')
  const { people } = await must(patient, site, '/me')
  const own = people.find(({ relation }) => relation === 'self')
  await visit(page, `${site.url}/clinic/p/${own.patient}/invite`)
  await page.getByLabel(en('invite.reason')).fill('Driving licence seen')
  await page.getByRole('button', { name: en('invite.recoverGo') }).click()
  const picture = page.getByRole('img', { name: en('invite.qr') })
  await proven(page, site.accounts.frontdesk, picture)
  await picture.waitFor()
  const link = /http:\/\/\S+\/recovery#\S{43}/.exec(await page.locator('main').innerText())[0]
  const mobile = await open(undefined, { viewport: phone })
  await passkeyDevice(mobile)
  await mobile.goto(link)
  await typeBirth(mobile, own.birthDate)
  // By a password: what recovery codes stand in for comes first.
  await mobile.getByLabel(en('signIn.newPassword'), { exact: true }).fill('four walls and a green door')
  await mobile.getByRole('button', { name: en('enter.withPassword') }).click()
  await mobile.waitForURL(/\/welcome$/)
  await mobile.getByText(en('welcome.leadNone')).waitFor()
  await look(mobile, 'entrance-welcome', wrong)
  await mobile.setViewportSize(phone)
  assert.equal(await mobile.getByRole('button', { name: en('safety.make') }).count(), 0)
  await mobile.getByRole('button', { name: en('account.addPasskey') }).click()
  await mobile.getByRole('button', { name: en('account.addPasskey') }).click()
  await mobile.getByRole('button', { name: en('safety.make') }).waitFor()
  await mobile.getByRole('link', { name: en('welcome.later'), exact: true }).click()
  await mobile.waitForURL(new RegExp(`/p/${own.patient}/?$`))
  await patient.goto(site.url)
  await patient.waitForURL(/\/sign-in/)
  await toLogin(patient, site.url)
  await typePassword(patient, site.accounts.patient)
  await patient.getByRole('alert').waitFor()
  assert.deepEqual(wrong, [])
})

scene('somebody new on the staff makes a passkey before anything else', { timeout: 120_000, expect: refused }, async ({ page, site }) => {
  const said = await site.command('user', 'add', 'noor@housecall.test', '--name', 'Noor Haddad', '--role', 'nurse', '--password')
  const device = await passkeyDevice(page)
  const wrong = []
  await toLogin(page, site.url)
  await page.getByRole('link', { name: en('reset.forgot') }).click()
  await page.getByRole('heading', { level: 1, name: en('reset.title') }).waitFor()
  await look(page, 'reset', wrong)
  await toLogin(page, site.url)
  await typePassword(page, { email: 'noor@housecall.test', password: /sign-in: (\S+)/.exec(said)[1] })
  await page.getByRole('button', { name: en('safety.enrollPasskey') }).waitFor()
  await look(page, 'sign-in-enroll', wrong)
  await page.getByRole('button', { name: en('safety.enrollPasskey') }).click()
  await page.waitForURL(/\/clinic/)
  await settled(page)
  assert.equal((await device.credentials()).length, 1)
  assert.deepEqual(wrong, [])
})

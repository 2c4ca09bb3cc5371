// No mouse, no finger: everything by Tab, Enter and the arrow keys.
import assert from 'node:assert/strict'
import { people } from './harness/chart.mjs'
import { focused, tabTo } from './harness/keys.mjs'
import { settled, visit } from './harness/pages.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, es } from './harness/words.mjs'

const scene = suite()
const named = (name) => (at) => at.name === name || at.name.startsWith(name)

for (const [size, viewport] of Object.entries({ desk, phone })) {
  scene(`from the sign-in to the sign-out, on a ${size}`, { viewport, expect: [/status of 401/, /ApiError: You are signed out/] }, async ({ page, site }) => {
    const { email, password } = site.accounts.patient
    await page.goto(site.url)
    await page.getByRole('link', { name: en('signIn.start'), exact: true }).waitFor()
    await tabTo(page, 'the skip link', named(en('skip')), { most: 1 })
    await tabTo(page, 'sign in', named(en('signIn.start')))
    await page.keyboard.press('Enter')
    await page.getByLabel(en('signIn.email'), { exact: true }).waitFor()
    await tabTo(page, 'the e-mail', (at) => at.id === 'email')
    await page.keyboard.type(email)
    await tabTo(page, 'the password', (at) => at.id === 'password')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/p\//)
    await settled(page)

    const title = en('titleLevel.littleHigh', { name: en('name.potassium') })
    await tabTo(page, 'the result', (at) => named(en('home.open'))(at) || at.name.startsWith(title))
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/entries\//)
    await settled(page)
    assert.equal((await focused(page))?.id, 'content', 'the focus goes to the new page')

    await page.evaluate(() => document.activeElement.blur())
    await tabTo(page, 'You', (at) => /\/you$/.test(at.href))
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/you$/)
    await settled(page)
    await tabTo(page, 'the language', (at) => at.type === 'radio' && /English|Español/.test(at.name))
    await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { level: 1, name: es('account.title'), exact: true }).waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('heading', { level: 1, name: en('account.title'), exact: true }).waitFor()
    await tabTo(page, 'sign out', named(en('account.signOut')))
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/sign-in/)
  })
}

scene('the skip link leads past the navigation', { as: 'patient', viewport: desk }, async ({ page, site }) => {
  await visit(page, site.url)
  await tabTo(page, 'the skip link', named(en('skip')), { most: 1 })
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  assert.ok(await page.evaluate(() => Boolean(document.activeElement?.closest('main'))), 'the next stop is in the content')
})

scene('the plot is walked by arrow keys, the timeline is searched', { as: 'patient', viewport: desk }, async ({ page, site }) => {
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/record/results`)
  await tabTo(page, 'the first result', (at) => /\/results\//.test(at.href))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/results\//)
  await settled(page)
  await tabTo(page, 'the plot', (at) => at.type === 'slider')
  const plot = page.getByRole('slider')
  const last = await plot.getAttribute('aria-valuenow')
  await page.keyboard.press('Home')
  await until('the first value', async () => (await plot.getAttribute('aria-valuenow')) === '1')
  await page.keyboard.press('End')
  await until('the last value', async () => (await plot.getAttribute('aria-valuenow')) === last)
})

scene('a dialog holds the focus and gives it back', { as: 'patient', viewport: desk }, async ({ page, site }) => {
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  await tabTo(page, 'stop sharing', named(en('sharing.stop')))
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  for (let n = 0; n < 6; n++) {
    await page.keyboard.press('Tab')
    assert.ok(await page.evaluate(() => Boolean(document.activeElement?.closest('[role="dialog"]'))), 'the focus stays in the dialog')
  }
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await until('the focus is back', async () => named(en('sharing.stop'))((await focused(page)) ?? { name: '' }))
})

scene('the clinic’s chart by Tab', { as: 'clinician', viewport: desk }, async ({ page, site }) => {
  await visit(page, site.url)
  await tabTo(page, 'a patient', (at) => /\/clinic\/p\//.test(at.href))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/clinic\/p\//)
  await settled(page)
  await tabTo(page, 'a result', (at) => /\/results\//.test(at.href))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/results\//)
})

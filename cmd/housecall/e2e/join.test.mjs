// A patient without an account: the desk prints a link, the patient opens it with the date of birth, and sits in the visit.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { must } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { picture, require } from './harness/paths.mjs'
import { phone, suite } from './harness/suite.mjs'
import { codeOf } from './harness/totp.mjs'
import { until } from './harness/wait.mjs'
import { en, es, patternOf } from './harness/words.mjs'

const scene = suite()
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const media = { permissions: ['camera', 'microphone'] }
const button = (page, name) => page.getByRole('button', { name, exact: true })
const title = (page, name) => page.getByRole('heading', { level: 1, name })

/** A page of a call is never quiet and is dark in any case. */
async function lookAtCall(page, name, wrong) {
  await settled(page).catch(() => undefined)
  await picture(page, 'visits', name)
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const { violations } = await page.evaluate((chosen) => window.axe.run(document, { resultTypes: ['violations'], runOnly: chosen }), rules)
  wrong.push(...violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`))
}

const showsPictures = (page) => page.evaluate(() => [...document.querySelectorAll('video')].filter((one) => one.videoWidth > 0 && one.currentTime > 0).length)

async function confirmIfAsked(page, account, done) {
  const proof = page.getByRole('dialog', { name: en('account.stepUpTitle') })
  await proof.or(done).first().waitFor()
  if (!(await proof.isVisible())) return
  await proof.getByLabel(en('account.stepUpCode'), { exact: true }).fill(codeOf(account.secret))
  await proof.getByRole('button', { name: en('account.stepUpGo') }).click()
}

async function typeBirth(page, date) {
  const [year, month, day] = date.split('-').map(Number)
  await page.getByLabel(en('enter.month'), { exact: true }).fill(String(month))
  await page.getByLabel(en('enter.day'), { exact: true }).fill(String(day))
  await page.getByLabel(en('enter.year'), { exact: true }).fill(String(year))
  await button(page, en('join.open')).click()
}

/** Whose visit it is, read back, and where the patient is now. */
async function sayPlace(page) {
  await page.getByRole('radio', { name: en('place.yes') }).check()
  await page.getByLabel(en('place.state'), { exact: true }).selectOption('OR')
  await page.getByLabel(en('place.address'), { exact: true }).fill('At home')
  await page.getByLabel(en('place.phone'), { exact: true }).fill('+1 503 555 0142')
  await button(page, en('place.go')).click()
}

/** From the first page of the visit to the waiting room. */
async function comeIn(page, name) {
  await button(page, en('join.go')).click()
  await title(page, en('check.title')).waitFor()
  await button(page, en('check.next')).or(button(page, en('check.go'))).or(button(page, en('check.goAnyway'))).first().click()
  await title(page, en('consent.title')).waitFor()
  await button(page, en('consent.agree')).click()
  await sayPlace(page)
  await title(page, en('wait.knows', { name })).waitFor()
}

const refused = [/status of 4(00|01|03|09|10)/, /ApiError: You are signed out/, /signal/]

scene('from the desk to the seat, by a link and a date of birth', { as: 'frontdesk', timeout: 300_000, expect: refused }, async ({ page, open, site }) => {
  const wrong = []
  const { items } = await must(page, site, '/clinic/day?whose=all')
  const today = items.find((one) => one.mode === 'video' && one.status === 'booked' && Date.parse(one.joinFrom) <= Date.now() && Date.parse(one.end) > Date.now() && one.birthDate.length === 10)
  assert.ok(today, 'a visit whose door is open')
  const doctors = today.practitioner.name
  const at = `${site.url}/clinic/visits/${today.patient}/${today.id}`

  // The desk makes the link: shown once, to copy or to print.
  await visit(page, `${site.url}/clinic/today?whose=all`)
  await page.getByRole('link', { name: patternOf(en('day.linkOf', { name: today.patientName, time: '{{time}}' })) }).first().waitFor()
  await look(page, 'today-links', wrong)
  await visit(page, `${at}/link`)
  await page.getByText(en('visitLink.state.none')).waitFor()
  await look(page, 'visit-link-none', wrong)
  await button(page, en('visitLink.make')).click()
  const qr = page.getByRole('img', { name: en('invite.qr') })
  await confirmIfAsked(page, site.accounts.frontdesk, qr)
  await qr.waitFor()
  const link = /http:\/\/\S+\/join#\S{43}/.exec(await page.locator('main').innerText())[0]
  await look(page, 'visit-link-shown', wrong)
  await page.emulateMedia({ media: 'print' })
  assert.ok(await qr.isVisible())
  assert.doesNotMatch(await page.locator('body').innerText(), new RegExp(today.birthDate.slice(0, 4)), 'what opens the link is not on the paper')
  await picture(page, 'print', 'visit-link')
  await page.emulateMedia({ media: null })
  await button(page, en('invite.done')).click()
  await page.getByText(en('visitLink.state.open')).waitFor()
  assert.ok(!(await page.locator('body').innerText()).includes(link), 'it is shown once')

  // On a phone: nothing of a person before the date of birth.
  const mobile = await open(undefined, { viewport: phone, ...media })
  await mobile.goto(link)
  await title(mobile, en('join.title')).waitFor()
  await mobile.getByLabel(en('enter.month'), { exact: true }).waitFor()
  const words = await mobile.locator('body').innerText()
  for (const hidden of [today.patientName, doctors]) assert.ok(!words.includes(hidden), `${hidden} before the date of birth`)
  await typeBirth(mobile, '1901-01-02')
  await mobile.getByText(en('enter.triesLeft', { count: 4 })).waitFor()
  await look(mobile, 'join-birth', wrong)
  await mobile.setViewportSize(phone)
  await mobile.getByRole('button', { name: 'Español' }).click()
  await title(mobile, es('join.title')).waitFor()
  assert.doesNotMatch(await mobile.locator('body').innerText(), /\b(signIn|join|enter)\.\w/, 'words that are not loaded')
  await look(mobile, 'join-birth-es', wrong)
  await mobile.setViewportSize(phone)
  await mobile.getByRole('button', { name: 'English' }).click()
  await typeBirth(mobile, today.birthDate)
  await title(mobile, en('join.hello', { name: today.patientName })).waitFor()
  await mobile.getByText(doctors).waitFor()
  await look(mobile, 'join-intro', wrong)
  await mobile.setViewportSize(phone)
  await mobile.reload()
  await title(mobile, en('join.hello', { name: today.patientName })).waitFor()
  // A few questions, answered before.
  await button(mobile, en('form.open')).click()
  await mobile.getByLabel('What brings you here, in your own words?').fill('A cough.')
  await mobile.getByRole('radio', { name: 'A little' }).check()
  await look(mobile, 'join-questions', wrong)
  await mobile.setViewportSize(phone)
  await button(mobile, en('form.send')).click()
  await mobile.getByText(en('form.cardDone')).waitFor()
  for (const path of ['/api/v1/me', `/api/v1/charts/${today.patient}`, `/api/v1/charts/${today.patient}/visits/${today.id}`, `/fhir/Patient/${today.patient}`]) {
    assert.equal(await mobile.evaluate(async (where) => {
      const answer = await fetch(where)
      await answer.text() // or it counts as under way for ever
      return answer.status
    }, path), 401, path)
  }
  await comeIn(mobile, doctors)
  await mobile.getByText(en('queue.next')).waitFor()
  await lookAtCall(mobile, 'join-waits', wrong)
  await button(mobile, en('visit.leave')).click()
  await title(mobile, en('join.hello', { name: today.patientName })).waitFor()
  await button(mobile, en('join.go')).click()
  await button(mobile, en('check.next')).or(button(mobile, en('check.go'))).or(button(mobile, en('check.goAnyway'))).first().click()
  await title(mobile, en('wait.knows', { name: doctors })).waitFor()

  // The doctor lets the patient in; a reload comes back by itself.
  const doctor = await open('clinician', media)
  await visit(doctor, at)
  const letIn = button(doctor, en('cockpit.letInName', { name: today.patientName }))
  await letIn.click() // the visit begins with it
  await until('the patient sees the doctor', async () => (await showsPictures(mobile)) >= 2, { within: 40_000, every: 250 })
  await lookAtCall(mobile, 'join-call', wrong)
  await button(mobile, en('visit.chat')).click()
  await mobile.getByLabel(en('visit.chatField')).fill('I hear you well')
  await button(mobile, en('visit.send')).click()
  await mobile.getByText('I hear you well').waitFor()
  await mobile.reload()
  await until('the patient sees the doctor after a reload', async () => (await showsPictures(mobile)) >= 2, { within: 40_000, every: 250 })

  // Another device asks for the date again, takes the place, and has to be let in anew.
  const tablet = await open(undefined, { viewport: phone, ...media })
  await tablet.goto(link)
  await tablet.getByLabel(en('enter.month'), { exact: true }).waitFor()
  await typeBirth(tablet, today.birthDate)
  await title(tablet, en('join.hello', { name: today.patientName })).waitFor()
  await title(mobile, en('join.closed')).waitFor()
  await lookAtCall(mobile, 'join-closed', wrong)
  await comeIn(tablet, doctors)
  await letIn.click()
  await until('the tablet sees the doctor', async () => (await showsPictures(tablet)) >= 2, { within: 40_000, every: 250 })

  // It is over: thanks, and nothing to go to.
  await button(doctor, en('cockpit.end')).click()
  await button(doctor, en('cockpit.endGo')).click()
  await title(tablet, en('end.thanks')).waitFor()
  await lookAtCall(tablet, 'join-over', wrong)
  await tablet.reload()
  await title(tablet, en('end.thanks')).waitFor()
  assert.equal(await tablet.getByRole('link', { name: en('end.toVisits') }).count(), 0)

  // The desk takes the link back; the patient's list of accesses names who came by it.
  await visit(page, `${at}/link`)
  await button(page, en('visitLink.drop')).click()
  await page.getByText(en('visitLink.dropped')).waitFor()
  await tablet.reload()
  await title(tablet, en('join.gone')).waitFor()
  await lookAtCall(tablet, 'join-gone', wrong)
  assert.deepEqual(wrong, [])
})

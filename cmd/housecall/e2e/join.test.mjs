// A patient without an account: the desk prints a link, the patient opens it with the date of birth, and sits in the
// visit. A nurse rooms them and hands over to the doctor; a guest comes by a link of their own; the note is signed.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { hearsAndSees, keepCalls, shows, strong, watchCalls } from './harness/calls.mjs'
import { must } from './harness/chart.mjs'
import { openFirefox } from './harness/firefox.mjs'
import { axe, look, lookOnce, rules } from './harness/look.mjs'
import { visit } from './harness/pages.mjs'
import { picture, shotsFolder } from './harness/paths.mjs'
import { sayPlace } from './harness/place.mjs'
import { proven } from './harness/prove.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, es, patternOf } from './harness/words.mjs'

const scene = suite()
const media = { permissions: ['camera', 'microphone'] }
const button = (page, name) => page.getByRole('button', { name, exact: true })
const title = (page, name) => page.getByRole('heading', { level: 1, name })

/** A page of a call is never quiet and is dark in any case. */
async function lookAtCall(page, name, wrong) {
  wrong.push(...(await lookOnce(page, 'visits', name)).map((found) => `${name}: ${found}`))
}

const showsPictures = (page) => page.evaluate(() => [...document.querySelectorAll('video')].filter((one) => one.videoWidth > 0 && one.currentTime > 0).length)

async function typeBirth(page, date) {
  const [year, month, day] = date.split('-').map(Number)
  await page.getByLabel(en('enter.month'), { exact: true }).fill(String(month))
  await page.getByLabel(en('enter.day'), { exact: true }).fill(String(day))
  await page.getByLabel(en('enter.year'), { exact: true }).fill(String(year))
  await button(page, en('join.open')).click()
}

/** From the first page of the visit to the waiting room. A guest is not asked where the patient is. */
async function comeIn(page, name, { guest = false } = {}) {
  await button(page, en('join.go')).click()
  await title(page, en('check.title')).waitFor()
  await button(page, en('check.next')).or(button(page, en('check.go'))).or(button(page, en('check.goAnyway'))).first().click()
  await title(page, en('consent.title')).waitFor()
  await button(page, en('consent.agree')).click()
  if (!guest) await sayPlace(page)
  await title(page, en('wait.knows', { name })).waitFor()
}

/** What a button is for is said whole to who hears it, and short to who sees it. */
const pressed = (page, key, name) => button(page, en(key, { name })).click()

const refused = [/status of 4(00|01|03|09|10)/, /ApiError: You are signed out/, /signal/]

scene('from the desk to the seat, by a link and a date of birth', { as: 'frontdesk', timeout: 420_000, expect: refused }, async ({ t, page, open, site }) => {
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
  await proven(page, site.accounts.frontdesk, qr)
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
  await lookAtCall(mobile, 'join-questions', wrong)
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

  // The nurse makes a link for a guest, who says who they are, and rooms the patient.
  const nurse = await open('nurse', media)
  await visit(nurse, `${at}/guests`)
  await nurse.getByLabel(en('guestLink.who')).waitFor()
  await look(nurse, 'guest-links', wrong)
  await button(nurse.getByRole('region', { name: en('guestLink.title') }), en('guestLink.go')).click()
  await proven(nurse, site.accounts.nurse, nurse.getByRole('img', { name: en('invite.qr') }))
  await nurse.getByRole('img', { name: en('invite.qr') }).waitFor()
  const invited = /http:\/\/\S+\/join#\S{43}/.exec(await nurse.locator('main').innerText())[0]
  await visit(nurse, at)
  await button(nurse, en('cockpit.letInName', { name: today.patientName })).click() // the visit begins with it
  await until('the patient sees the nurse', async () => (await showsPictures(mobile)) >= 2, { within: 40_000, every: 250 })
  await lookAtCall(mobile, 'join-call', wrong)
  await nurse.getByRole('textbox', { name: en('after.vital.pulse'), exact: true }).fill('71')
  await nurse.getByText(patternOf(en('cockpit.saved', { time: '{{time}}' }))).waitFor()
  await button(nurse, en('room.ready')).click()
  await nurse.getByText(en('room.readySaid')).waitFor()

  // The doctor comes into the same room and leads it; the patient is told, and nothing else changes for them.
  const doctor = await open('clinician', media)
  await strong(doctor.context())
  await watchCalls(doctor.context())
  await visit(doctor, at)
  const letIn = button(doctor, en('cockpit.letInName', { name: today.patientName }))
  await doctor.getByText(en('room.readyForYou')).waitFor()
  await button(doctor, en('room.join')).click()
  await mobile.getByText(en('room.leads', { name: doctors })).waitFor()
  await until('the patient sees nurse and doctor', async () => (await showsPictures(mobile)) >= 3, { within: 40_000, every: 250 })
  assert.equal(await doctor.getByRole('textbox', { name: en('after.vital.pulse'), exact: true }).inputValue(), '71', 'what the nurse measured')
  await lookAtCall(doctor, 'cockpit-host', wrong)
  await nurse.getByText(en('room.leads', { name: doctors })).first().waitFor()
  await button(nurse, en('room.lock')).waitFor({ state: 'detached' }) // who handed over leaves that to who leads
  await button(nurse, en('visit.leave')).click()
  await nurse.context().close()

  // Muted by the doctor, with the keyboard; the patient is told, and turns the sound on again.
  await button(doctor, en('room.muteOf', { name: today.patientName })).focus()
  await doctor.keyboard.press('Enter')
  await mobile.getByText(en('room.muted', { name: doctors })).waitFor()
  await lookAtCall(mobile, 'join-muted', wrong)
  await button(mobile, en('visit.unmute')).click()
  await button(doctor, en('room.muteOf', { name: today.patientName })).waitFor()
  await button(mobile, en('visit.chat')).click()
  await mobile.getByLabel(en('visit.chatField')).fill('I hear you well')
  await button(mobile, en('visit.send')).click()
  await mobile.getByText('I hear you well').waitFor()
  await mobile.reload()
  await until('the patient sees the doctor after a reload', async () => (await showsPictures(mobile)) >= 2, { within: 40_000, every: 250 })

  // A second tab of the same browser takes the place; the first one takes it back.
  const tab = await mobile.context().newPage()
  await tab.goto(`${site.url}/join`)
  await mobile.getByRole('heading', { level: 1, name: en('bye.elsewhere') }).waitFor()
  await tab.close()
  await button(mobile, en('bye.here')).click()
  await until('the first tab has the place again', async () => (await showsPictures(mobile)) >= 2, { within: 40_000, every: 250 })

  // A guest says who they are, and waits at the door; nothing of the patient is told before.
  const guest = async () => {
    const one = await open(undefined, { viewport: phone, ...media })
    await one.goto(invited)
    await title(one, en('joinGuest.title')).waitFor()
    return one
  }
  const friend = await guest()
  await look(friend, 'join-guest', wrong)
  await friend.setViewportSize(phone)
  await friend.getByLabel(en('joinGuest.name'), { exact: true }).fill('Carmen Ruiz')
  await friend.getByLabel(en('joinGuest.relation'), { exact: true }).selectOption('friend')
  await button(friend, en('joinGuest.open')).click()
  await title(friend, en('joinGuest.hello')).waitFor()
  await comeIn(friend, doctors, { guest: true })
  assert.ok(!(await friend.locator('body').innerText()).includes(today.patientName), 'whose visit it is, before they are let in')
  await doctor.getByText(en('room.saysSelf', { relation: en('room.relation.friend') })).waitFor()
  await lookAtCall(doctor, 'cockpit-guest', wrong)
  const letGuestIn = button(doctor, en('cockpit.letInName', { name: 'Carmen Ruiz' }))
  await letGuestIn.click()
  await until('the guest sees both', async () => (await showsPictures(friend)) >= 3, { within: 40_000, every: 250 })
  await pressed(doctor, 'room.largeOf', 'Carmen Ruiz')
  await friend.getByText(en('room.youLarge')).waitFor()
  await lookAtCall(friend, 'join-guest-call', wrong)

  // Their link on another device: the first one is out, and the second waits to be let in anew.
  const other = await guest()
  await button(other, en('joinGuest.open')).click()
  await title(friend, en('joinGuest.closed')).waitFor()
  await friend.context().close()
  await title(other, en('joinGuest.hello')).waitFor()
  await comeIn(other, doctors, { guest: true })
  await doctor.getByText(en('room.otherDevice')).waitFor()
  await letGuestIn.click()
  await until('the other device sees both', async () => (await showsPictures(other)) >= 3, { within: 40_000, every: 250 })

  // Taken out: not back by a reload, nor by the link on one more device.
  await pressed(doctor, 'room.removeOf', 'Carmen Ruiz')
  await pressed(doctor, 'room.removeGo', 'Carmen Ruiz')
  await title(other, en('bye.removed')).or(title(other, en('end.removed'))).first().waitFor()
  await other.reload()
  await title(other, en('end.removed')).waitFor()
  await lookAtCall(other, 'join-removed', wrong)
  await other.context().close()
  const third = await guest()
  await button(third, en('joinGuest.open')).click()
  await title(third, en('end.removed')).waitFor()
  await button(doctor, en('room.letBackOf', { name: 'Carmen Ruiz' })).waitFor()
  await third.context().close()
  await button(doctor, en('room.lock')).click()
  await doctor.getByText(en('room.isLocked')).waitFor()
  await lookAtCall(doctor, 'cockpit-locked', wrong)

  // Another device asks for the date again, takes the place, and has to be let in anew.
  // Another make of browser, too.
  const tablet = await openFirefox({ before: keepCalls, viewport: phone })
  t.after(tablet.close)
  await tablet.goto(link)
  const [year, month, day] = today.birthDate.split('-').map(Number)
  for (const [field, value] of Object.entries({ month, day, year })) await tablet.fill(en(`enter.${field}`), String(value))
  await tablet.press(en('join.open'))
  await tablet.title(en('join.hello', { name: today.patientName }))
  await title(mobile, en('join.closed')).waitFor()
  await lookAtCall(mobile, 'join-closed', wrong)
  await tablet.press(en('join.go'))
  await tablet.title(en('check.title'))
  await tablet.press(en('check.next'), en('check.go'), en('check.goAnyway'))
  await tablet.press(en('consent.agree'))
  await tablet.check(en('place.yes'))
  await tablet.select(en('place.state'), 'OR')
  await tablet.fill(en('place.address'), 'At home')
  await tablet.fill(en('place.phone'), '+1 503 555 0142')
  await tablet.press(en('place.go'))
  await tablet.title(en('wait.knows', { name: doctors }))
  await letIn.click()
  for (const [who, one] of Object.entries({ 'Firefox': tablet, 'the doctor': doctor })) await hearsAndSees(one, 1, who)
  // What the doctor's browser shares in a codec of this year, the other make shows as well.
  await button(doctor, en('visit.share')).click()
  await shows(tablet, 'video/AV1', 'Firefox')
  await button(doctor, en('visit.unshare')).click()
  if (process.env.E2E_SHOTS) writeFileSync(path.join(shotsFolder('visits'), 'join-firefox.png'), await tablet.screenshot())
  await tablet.evaluate(`() => { ${axe} }`)
  const { violations } = await tablet.evaluate((runOnly) => window.axe.run(document, { resultTypes: ['violations'], runOnly }), rules)
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`), [])
  await tablet.press(en('visit.mute'))
  await doctor.getByRole('group', { name: `${today.patientName}, ${en('visit.muted')}` }).waitFor()
  await tablet.press(en('visit.unmute'))
  await doctor.getByRole('group', { name: today.patientName, exact: true }).waitFor()
  await tablet.press(en('visit.chat'))
  await tablet.fill(en('visit.chatField'), 'This is another browser')
  await tablet.press(en('visit.send'))
  await button(doctor, patternOf(`${en('visit.chat')}{{more}}`)).or(button(doctor, en('visit.chat'))).first().click()
  await doctor.getByText('This is another browser').waitFor()
  await doctor.keyboard.press('Escape')
  await tablet.press(en('visit.leave'))
  await tablet.press(en('end.goBack'))
  for (const [who, one] of Object.entries({ 'Firefox, back again,': tablet, 'the doctor, then,': doctor })) await hearsAndSees(one, 1, who)

  // The note is signed, and it is over with that: thanks, and nothing to go to.
  for (const part of ['assessment', 'plan', 'summary']) await doctor.locator(`#note-${part}`).fill('Drink more.')
  await doctor.getByText(patternOf(en('cockpit.saved', { time: '{{time}}' }))).waitFor()
  await button(doctor, en('plan.endAndSign', { name: today.patientName })).click()
  await proven(doctor, site.accounts.clinician, doctor.getByText(en('cockpit.frozen')))
  await doctor.getByText(en('cockpit.frozen')).waitFor()
  await tablet.title(en('end.thanks'))
  await tablet.reload()
  await tablet.title(en('end.thanks'))
  const toVisits = en('end.toVisits')
  assert.ok(!(await tablet.evaluate(() => document.body.innerText)).includes(toVisits))

  // The desk takes the link back; the patient's list of accesses names who came by it.
  await visit(page, `${at}/link`)
  await button(page, en('visitLink.drop')).click()
  await page.getByText(en('visitLink.dropped')).waitFor()
  await tablet.reload()
  await tablet.title(en('join.gone'))
  await mobile.goto('about:blank')
  await mobile.goto(link)
  await title(mobile, en('join.gone')).waitFor()
  await lookAtCall(mobile, 'join-gone', wrong)
  assert.deepEqual(wrong, [])
})

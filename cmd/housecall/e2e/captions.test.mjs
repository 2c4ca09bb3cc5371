// Captions of what is said, by who agreed to them; and a wait and a visit that go on while one looks elsewhere. What opens the
// small window by itself, another tab in front, is the browser's own doing and does not happen in one without a screen.
import assert from 'node:assert/strict'
import { goesOn, hearsAndSees, watchCalls } from './harness/calls.mjs'
import { must, people } from './harness/chart.mjs'
import { inColours, lookOnce } from './harness/look.mjs'
import { visit } from './harness/pages.mjs'
import { picture } from './harness/paths.mjs'
import { comeIn } from './harness/place.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, es } from './harness/words.mjs'

const scene = suite()
const media = { permissions: ['camera', 'microphone'] }
const button = (page, name) => page.getByRole('button', { name, exact: true })
async function look(page, name) {
  assert.deepEqual(await lookOnce(page, 'captions', name), [], name)
}

/**
 * Stands in for the browser's own recogniser, which needs a speech file that a test does not load: the standard's class, with
 * what it is asked for written down, and words that the test says. The older class, which sends sound to a server, must stay unused.
 */
function standIn() {
  window.__ears = []
  window.__sent = 0
  window.SpeechRecognition = class {
    processLocally = false
    static available = ({ langs, processLocally }) => Promise.resolve(processLocally && /^(en|es)-/.test(langs[0]) ? 'available' : 'unavailable')
    static install = () => Promise.resolve(false)
    start(track) {
      Object.assign(this, { track, on: true })
      window.__ears.push(this)
    }
    abort() {
      this.on = false
      this.onend?.()
    }
  }
  window.SpeechRecognition.prototype.processLocally = false
  window.webkitSpeechRecognition = class {
    constructor() {
      window.__sent += 1
    }
  }
}
/** Keeps what the page took of camera and microphone, and is on. */
function keepTaken() {
  window.__taken = []
  const take = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async (...wants) => {
    const stream = await take(...wants)
    window.__taken.push(...stream.getTracks())
    return stream
  }
}
const takes = (page) => page.evaluate(() => window.__taken.filter(({ readyState }) => readyState === 'live').length)
const listening = (page) => page.evaluate(() => window.__ears.filter(({ on }) => on).map(({ lang, processLocally, track }) => ({ lang, processLocally, sound: track?.kind, heard: track?.enabled })))
const says = (page, text, end = true) => page.evaluate(([transcript, isFinal]) => window.__ears.find(({ on }) => on).onresult({ resultIndex: 0, results: [{ isFinal, length: 1, 0: { transcript } }] }), [text, end])

const captions = (page) => page.getByRole('log', { name: en('captions.lines') })

scene('what is said is shown as text, and the visit goes on beside other pages', { as: 'patient', viewport: phone, timeout: 180_000, expect: [/status of 40[39]/, /signal/, /WebSocket/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const coming = (await must(page, site, `/charts/${self.patient}/appointments?when=coming`)).items
  const today = coming.find((one) => one.mode === 'video' && Date.parse(one.joinFrom) <= Date.now())
  await page.context().grantPermissions(media.permissions)
  const doctor = await open('clinician', media)
  for (const one of [page, doctor]) {
    await watchCalls(one.context())
    await one.context().addInitScript(standIn)
  }
  await page.context().addInitScript(keepTaken)
  await visit(page, `${site.url}/p/${self.patient}/visits/${today.id}`)
  await comeIn(page)
  await visit(doctor, `${site.url}/clinic/visits/${self.patient}/${today.id}`)
  await waits(page, doctor, self, today.practitioner.name)
  await hearsAndSees(page, 1, 'the patient')
  await hearsAndSees(doctor, 1, 'the clinician')
  const name = (await must(page, site, `/charts/${self.patient}/visits/${today.id}`)).people.find(({ role }) => role === 'clinician').name
  assert.deepEqual([await listening(page), await listening(doctor)], [[], []], 'nobody asked')

  // She asks; nothing is made of the doctor's words before they say so.
  await button(page, en('captions.word')).press('Enter')
  await page.getByText(en('captions.given.open_one', { names: name })).waitFor()
  const asked = doctor.getByRole('alertdialog', { name: en('captions.asked_one', { names: self.name }) })
  await asked.waitFor()
  assert.deepEqual(await listening(doctor), [])
  await look(doctor, 'cockpit-asked')
  await asked.getByRole('button', { name: en('captions.yes'), exact: true }).click()
  await page.getByText(en('captions.given.yes_one', { names: name })).waitFor()
  await until('the doctor is listened to, on the device', async () => (await listening(doctor)).length === 1)
  assert.deepEqual([await listening(doctor), await listening(page)], [[{ lang: 'en-US', processLocally: true, sound: 'audio', heard: true }], []])

  await says(doctor, 'take two pills', false)
  await captions(page).getByText('take two pills').waitFor()
  await says(doctor, 'Take two pills in the morning, with a glass of water.')
  await captions(page).getByText('Take two pills in the morning, with a glass of water.').waitFor()
  assert.equal(await captions(page).getByRole('listitem').count(), 1, 'what went on has ended')
  assert.match(await captions(page).getByRole('listitem').innerText(), new RegExp(`^${name}: Take two`))
  assert.equal(await captions(page).getAttribute('aria-live'), 'off')
  await says(doctor, `${'And do not drive in the evening. '.repeat(5)}<b>That is all.</b>`)
  await captions(page).getByText('<b>That is all.</b>').waitFor()
  await picture(page, 'captions', 'patient-lines')
  const lines = await captions(page).locator('ul').evaluate((box) => box.clientHeight / parseFloat(getComputedStyle(box).lineHeight))
  assert.ok(lines < 4, `three lines, not ${lines}`)
  await look(page, 'patient-captions')
  assert.equal(await captions(doctor).count(), 0, 'who did not ask has none')

  // Muted, nothing is listened to.
  await button(doctor, en('visit.mute')).click()
  await until('nobody is listened to', async () => (await listening(doctor)).length === 0)
  await button(doctor, en('visit.unmute')).click()
  await until('the doctor is listened to again', async () => (await listening(doctor)).length === 1)

  // The doctor asks, too: she does not want it, and they are told so.
  // She looks at her record meanwhile, and is asked there: the call goes on under it, and no answer is none.
  const strip = await others(page, doctor, name)
  await button(doctor, en('captions.word')).click()
  const hers = strip.getByRole('alertdialog', { name: en('captions.asked_one', { names: name }) })
  await hers.waitFor()
  await doctor.getByText(en('captions.given.open_one', { names: self.name })).waitFor()
  assert.deepEqual(await listening(page), [], 'who does not answer has not agreed')
  await look(page, 'strip-asked')
  await picture(page, 'captions', 'patient-asked')
  await hers.getByRole('button', { name: en('captions.no'), exact: true }).click()
  await doctor.getByText(en('captions.given.no_one', { names: self.name })).waitFor()
  await strip.getByRole('button', { name: en('small.back'), exact: true }).click()
  await page.getByText(en('captions.off')).waitFor()
  await hearsAndSees(page, 1, 'the patient, back in her visit,')
  await picture(doctor, 'captions', 'cockpit-refused')
  assert.deepEqual(await listening(page), [])
  await button(doctor, en('captions.word')).click()
  await page.getByText(en('captions.off')).waitFor({ state: 'hidden' })

  await elsewhere(doctor, page, self, name)

  // Switched off, all of it is gone, and nobody is listened to.
  await button(page, en('captions.word')).click()
  await captions(page).waitFor({ state: 'detached' })
  await until('nobody is listened to', async () => (await listening(doctor)).length === 0)
  const stored = (one) => one.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]))
  for (const one of [page, doctor]) {
    assert.ok(!(await stored(one)).includes('pills'))
    assert.equal(await one.evaluate(() => window.__sent), 0, 'no recogniser that sends sound away')
  }
})

const box = (locator) => locator.evaluate((element) => { const { top, bottom, left, right } = element.getBoundingClientRect(); return { top, bottom, left, right } })

/** She opens other pages of hers while she waits: she keeps her place, is told what is new, and comes when she is called. */
async function waits(page, doctor, self, name) {
  await page.getByRole('heading', { level: 1, name: en('wait.knows', { name }) }).waitFor()
  await until('her own picture is on', async () => (await takes(page)) > 0)
  await page.getByRole('link', { name: en('small.others'), exact: true }).click()
  const strip = page.getByRole('region', { name: en('small.title') })
  await strip.getByText(en('small.number', { place: 1 })).waitFor()
  const tabs = page.getByRole('navigation', { name: en('shell.main') })
  await tabs.getByRole('link', { name: en('shell.record'), exact: true }).click()
  await page.waitForURL(/\/record/)
  await until('camera and microphone rest', async () => (await takes(page)) === 0)

  await button(doctor, en('cockpit.late')).click()
  await button(doctor, en('cockpit.lateMinutes', { count: 15 })).click()
  await strip.getByText(en('small.late_other', { count: 15 })).waitFor()
  await button(doctor, en('seen.writeTo', { name: self.name })).click()
  await button(doctor, en('seen.soon')).click()
  await strip.getByText(en('small.lines_one', { count: 1 })).waitFor()
  await under(page, strip, 'waits-phone')
  await page.setViewportSize(desk)
  await look(page, 'waits-desk')
  await page.setViewportSize(phone)

  // A reload of whatever page leaves her in her place, in whichever language.
  await page.evaluate(() => localStorage.setItem('housecall.locale', 'es'))
  await page.reload()
  const spanish = page.getByRole('region', { name: es('small.title') })
  await spanish.getByText(es('small.late_other', { count: 15 })).waitFor()
  await under(page, spanish, 'waits-phone-es', es)
  await page.evaluate(() => localStorage.setItem('housecall.locale', 'en'))
  await page.reload()
  await strip.getByText(en('small.number', { place: 1 })).waitFor()
  await button(doctor, en('cockpit.letInName', { name: self.name })).click()
  await doctor.getByText(en('cockpit.coming', { name: self.name })).waitFor() // where her picture will be
  await strip.getByRole('alert').getByText(en('small.lets', { name })).waitFor()
  assert.match(await page.title(), new RegExp(`^${en('small.called')}`))
  await under(page, strip, 'called-phone')
  assert.deepEqual([await takes(page), await page.evaluate(() => (window.__calls ?? []).length)], [0, 0], 'nothing goes on by itself')
  await button(strip, en('small.join')).press('Enter')
}

/** The strip hides no button of the page above it, is two lines high, and its own buttons can be hit. */
async function under(page, strip, name, words = en) {
  const [bar, foot] = [await box(strip), await box(page.getByRole('navigation', { name: words('shell.main') }))]
  assert.ok(foot.bottom <= bar.top + 1 && bar.bottom <= phone.height + 1 && bar.bottom - bar.top < phone.height * 0.13, JSON.stringify([foot, bar]))
  for (const one of await strip.getByRole('button').all()) {
    const { top, bottom, left, right } = await box(one)
    assert.ok(bottom - top >= 44 && left >= 0 && right <= phone.width, `${await one.innerText()}: ${JSON.stringify({ top, bottom, left, right })}`)
  }
  for (const scheme of ['dark', 'light']) {
    await inColours(page, scheme)
    await look(page, `${name}-${scheme}`)
  }
}

/** She opens other pages of hers on the phone: the call goes on under them, and hides no button of theirs. */
async function others(page, doctor, name) {
  await page.getByRole('link', { name: en('small.others'), exact: true }).click()
  const strip = page.getByRole('region', { name: en('small.title') })
  await strip.getByText(en('small.with', { name })).waitFor()
  const tabs = page.getByRole('navigation', { name: en('shell.main') })
  await tabs.getByRole('link', { name: en('shell.record'), exact: true }).click()
  await page.waitForURL(/\/record/)
  assert.equal(await page.evaluate(() => window.__calls.filter((call) => call.connectionState === 'connected').length), 2, 'by the same connections')
  await goesOn(doctor, 1, 'the doctor, while she looks at her record,')
  const [bar, foot] = [await box(strip), await box(tabs)]
  assert.ok(foot.bottom <= bar.top + 1 && bar.bottom <= phone.height + 1 && bar.bottom - bar.top < phone.height * 0.2, JSON.stringify([foot, bar]))
  for (const one of await strip.getByRole('button').all()) {
    const { top, bottom, left, right } = await box(one)
    assert.ok(bottom - top >= 44 && left >= 0 && right <= phone.width, `${await one.innerText()}: ${JSON.stringify({ top, bottom, left, right })}`)
  }
  await look(page, 'strip-phone')
  await strip.getByRole('button', { name: en('visit.mute'), exact: true }).click()
  await doctor.getByRole('group', { name: new RegExp(`, ${en('visit.muted')}`) }).first().waitFor()
  await strip.getByRole('button', { name: en('visit.unmute'), exact: true }).click()
  return strip
}

/** The doctor opens other pages: the call goes on under them, and in a window of its own. */
async function elsewhere(doctor, page, self, name) {
  await doctor.getByRole('navigation', { name: en('shell.main') }).getByRole('link', { name: en('clinic.nav.today'), exact: true }).click()
  const strip = doctor.getByRole('region', { name: en('small.title') })
  await strip.getByText(en('small.with', { name: self.name })).waitFor()
  await goesOn(page, 1, 'the patient, while the doctor looks elsewhere,')
  await goesOn(doctor, 1, 'the doctor, on another page,')
  assert.equal(await doctor.evaluate(() => window.__calls.filter((call) => call.connectionState === 'connected').length), 2, 'by the same connections')
  await look(doctor, 'strip')
  // Out of the clinic's pages, and back into them: it is the same call.
  await doctor.evaluate(() => window.history.pushState({}, '', '/people'))
  await doctor.getByRole('main').waitFor()
  await doctor.waitForURL(/\/people$/)
  await strip.getByText(en('small.with', { name: self.name })).waitFor()
  await goesOn(page, 1, 'the patient, while the doctor is out of the clinic,')
  assert.equal(await doctor.evaluate(() => window.__calls.filter((call) => call.connectionState === 'connected').length), 2, 'by the same connections still')
  await look(doctor, 'strip-out')
  await doctor.goBack()
  await doctor.waitForURL(/\/clinic\/today/)
  await says(doctor, 'I look at your day.')
  await captions(page).getByText('I look at your day.').waitFor()

  // The window over other programs: a document of its own, in the looks of the page and under its policy.
  const [small] = await Promise.all([doctor.context().waitForEvent('page'), strip.getByRole('button', { name: en('small.own'), exact: true }).click()])
  await small.getByRole('main', { name: en('small.title') }).waitFor()
  await until('its picture moves', () => small.evaluate(() => {
    const video = document.querySelector('video')
    return video?.videoWidth > 0 && video.currentTime > 0.5
  }))
  assert.equal(await small.evaluate(() => getComputedStyle(document.querySelector('main')).display), 'flex', 'it has its styles')
  await small.setViewportSize({ width: 340, height: 330 }).catch(() => undefined)
  await look(small, 'window')
  await small.getByRole('button', { name: en('visit.mute'), exact: true }).click()
  await page.getByRole('group', { name: `${name}, ${en('visit.muted')}` }).waitFor()
  await small.getByRole('button', { name: en('visit.unmute'), exact: true }).click()
  const back = small.getByRole('button', { name: en('small.back'), exact: true })
  await Promise.all([small.waitForEvent('close'), back.click().catch(() => undefined)]) // it closes under the press
  await doctor.waitForURL(/\/clinic\/visits\//)
  await doctor.getByRole('region', { name: en('cockpit.video') }).getByRole('group', { name: self.name, exact: true }).waitFor()
  await goesOn(page, 1, 'the patient, with the doctor back,')
  assert.equal(await strip.count(), 0)
}

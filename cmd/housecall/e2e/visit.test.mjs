// A visit from the waiting room to the signed note: three browsers, real pictures and sound through the room.
import assert from 'node:assert/strict'
import { dropSocket, gapsOf, goesOn, hearsAndSees, received, watchCalls, watchGaps } from './harness/calls.mjs'
import { must, people } from './harness/chart.mjs'
import { lookOnce } from './harness/look.mjs'
import { visit } from './harness/pages.mjs'
import { picture } from './harness/paths.mjs'
import { sayPlace } from './harness/place.mjs'
import { proven } from './harness/prove.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { weakLine } from './harness/weak.mjs'
import { en, es, patternOf } from './harness/words.mjs'

const scene = suite({ env: { HOUSECALL_TURN_ADDR: '127.0.0.1:0' } })
const media = { permissions: ['camera', 'microphone'] }

/** axe finds nothing on the page, and there may be a picture of it. */
async function look(page, name) {
  assert.deepEqual(await lookOnce(page, 'visits', name), [], name)
}

/** Lets a page's connections through the relay only, as a network does that lets nothing else out. */
const onlyByRelay = (context) => context.addInitScript(() => {
  const Real = window.RTCPeerConnection
  window.RTCPeerConnection = class extends Real {
    constructor(settings) {
      super(settings?.iceServers?.length ? { ...settings, iceTransportPolicy: 'relay' } : settings)
    }
  }
})

/** By which kinds of ways a page's connections go. */
const ways = (page) => page.evaluate(async () => {
  const kinds = new Set()
  for (const call of window.__calls ?? []) {
    if (call.connectionState !== 'connected') continue
    const reports = await call.getStats()
    for (const one of reports.values()) if (one.type === 'transport') kinds.add(reports.get(reports.get(one.selectedCandidatePairId)?.localCandidateId)?.candidateType)
  }
  return [...kinds]
})

/** What a page takes its sound and picture from. */
const devices = (page) => page.evaluate(() => {
  const tracks = (window.__calls ?? []).filter((call) => call.connectionState === 'connected').flatMap((call) => call.getSenders().map(({ track }) => track))
  return [...new Set(tracks.map((track) => track?.getSettings().deviceId).filter(Boolean))].sort()
})

/** The layers of the camera that a page sends now, and whether its browser knows what its line carries. */
const sends = (page) => page.evaluate(async () => {
  const layers = {}
  let line = 0
  for (const call of window.__calls ?? []) {
    if (call.connectionState !== 'connected') continue
    const all = [...(await call.getStats()).values()]
    if (!all.some((one) => one.type === 'outbound-rtp')) continue // on the other one it only receives
    for (const one of all) {
      if (one.type === 'outbound-rtp' && one.rid) layers[one.rid] = one.active
      if (one.type === 'candidate-pair' && one.nominated) line = Math.max(line, one.availableOutgoingBitrate ?? 0)
    }
  }
  return { layers, line }
})

const button = (page, name) => page.getByRole('button', { name, exact: typeof name === 'string' })

/** From the page of a visit to the waiting room. */
async function comeIn(page, name) {
  await page.getByRole('heading', { level: 1, name: en('check.title') }).waitFor()
  await button(page, en('check.play')).click()
  await button(page, en('check.heardYes')).click()
  await look(page, `${name}-check`)
  await button(page, en('check.next')).or(button(page, en('check.go'))).or(button(page, en('check.goAnyway'))).click()
  await page.getByRole('heading', { level: 1, name: en('consent.title') }).waitFor()
  await look(page, `${name}-consent`)
  await button(page, en('consent.agree')).click()
  await sayPlace(page, { look: name && (() => look(page, `${name}-place`)) })
}

/** Somebody is invited from inside the call, and it is taken back. */
async function invites(doctor) {
  await button(doctor, en('room.invite')).click()
  await doctor.getByLabel(en('guestLink.name')).fill('Carmen Ruiz')
  await button(doctor, en('guestLink.go')).click()
  await doctor.getByText(en('invite.onceSent')).waitFor()
  assert.match(await doctor.getByText(/\/join#/).innerText(), /\/join#\S{40,}$/)
  await look(doctor, 'cockpit-invited')
  await button(doctor, en('invite.done')).click()
  await look(doctor, 'cockpit-invitations')
  await button(doctor, en('guestLink.takeOf', { name: 'Carmen Ruiz' })).click()
  await doctor.getByText(en('guestLink.taken')).waitFor()
  await button(doctor, en('room.invite')).click()
  await doctor.getByText(en('guestLink.taken')).waitFor({ state: 'hidden' })
}

// A browser that says no: what to press, in pictures, for this browser and for others.
scene('help when the camera is refused', { as: 'patient', viewport: phone, timeout: 120_000, expect: [/status of 40[39]/] }, async ({ page, site }) => {
  const { self } = await people(page, site)
  const coming = (await must(page, site, `/charts/${self.patient}/appointments?when=coming`)).items
  const next = coming.find((one) => one.mode === 'video' && Date.parse(one.joinFrom) <= Date.now())
  assert.ok(next, 'a visit whose door is open')
  await page.context().addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Permission denied', 'NotAllowedError'))
  })
  await visit(page, `${site.url}/p/${self.patient}/visits/${next.id}`)
  await page.getByText(en('help.name.chrome'), { exact: true }).first().waitFor()
  await look(page, 'check-denied')
  await page.locator('summary', { hasText: en('help.other') }).click()
  for (const other of ['iphone', 'mac', 'firefox', 'android']) {
    await button(page, en(`help.name.${other}`)).click()
    await page.getByText(en(`help.${other}.one`)).waitFor()
    await picture(page, 'visits', `check-denied-${other}`)
  }
  await button(page, en('check.goAnyway')).click()
  await page.getByRole('heading', { level: 1, name: en('consent.title') }).waitFor()
})

scene('a visit by video, three people, and its note', { as: 'patient', viewport: phone, timeout: 420_000, expect: [/status of 40[39]/, /signal/, /ERR_CONNECTION|ERR_EMPTY|ERR_INTERNET|Failed to fetch|WebSocket/] }, async ({ t, page, open, site }) => {
  const { self } = await people(page, site)
  const rosa = self.patient
  const coming = (await must(page, site, `/charts/${rosa}/appointments?when=coming`)).items
  const today = coming.find((one) => one.mode === 'video' && Date.parse(one.joinFrom) <= Date.now())
  assert.ok(today, 'a visit whose door is open')
  const at = `${site.url}/p/${rosa}/visits/${today.id}`
  await page.context().grantPermissions(media.permissions)
  await watchCalls(page.context())
  const line = await weakLine(page.context())
  t.after(line.close)
  const doctor = await open('clinician', media)
  const elena = await open('caregiver', { viewport: phone, ...media })
  await onlyByRelay(elena.context())
  for (const one of [doctor, elena]) await watchCalls(one.context())

  // Home leads to it.
  await visit(page, `${site.url}/p/${rosa}`)
  await look(page, 'home-visit-near')
  await visit(page, at)
  await comeIn(page, 'patient')
  const name = today.practitioner.name
  await page.getByRole('heading', { level: 1, name: en('wait.knows', { name }) }).waitFor()
  await page.getByText(en('queue.next')).waitFor()
  await answersQuestions(page)
  await look(page, 'patient-waits')
  // In a second tab, and after a reload, she is where she was.
  const tab = await page.context().newPage()
  await tab.goto(at)
  await tab.getByRole('heading', { level: 1, name: en('wait.knows', { name }) }).waitFor()
  await tab.close()
  await page.reload()
  await page.getByText(en('form.cardDone')).waitFor()
  await button(page, en('lobby.open')).click()
  await page.getByLabel(en('lobby.field')).fill('My camera is dark')
  await button(page, en('visit.send')).click()
  await page.getByText('My camera is dark').waitFor()

  // The clinic's day says who waits, and lets her in.
  await visit(doctor, `${site.url}/clinic/today`)
  const aside = doctor.getByRole('complementary')
  await aside.getByText(self.name).first().waitFor()
  await aside.getByText(patternOf(`{{before}}${en('line.on', { browser: 'Chrome', system: 'Linux' })}`)).waitFor() // what her check found
  await look(doctor, 'today-waiting')
  // Two presses answer her: the line is opened, and one of three answers taken.
  await aside.getByRole('button', { name: en('seen.answerTo', { name: self.name }) }).click()
  await aside.getByText('My camera is dark').waitFor()
  await look(doctor, 'today-answers')
  await aside.getByRole('button', { name: en('seen.soon'), exact: true }).click()
  await page.getByText(en('seen.soon')).waitFor()
  // One press tells her that the day is late.
  await aside.getByRole('button', { name: en('seen.lateBy', { count: 10 }) }).click()
  await page.getByText(en('wait.late_other', { name, count: 10 })).waitFor()
  await lookInSpanish(page)
  // She takes her agreement back, and gives it again.
  await button(page, en('queue.stop')).click()
  await button(page, en('queue.stopGo')).click()
  await page.getByRole('heading', { level: 1, name: en('consent.title') }).waitFor()
  await button(page, en('consent.agree')).click()
  await page.getByText(en('queue.next')).waitFor()
  // Her home, in another tab, has the way in.
  const home = await page.context().newPage()
  await visit(home, `${site.url}/p/${rosa}`)
  await home.getByRole('link', { name: en('home.goIn'), exact: true }).waitFor()
  await look(home, 'home-waiting')
  await home.close()
  await visit(doctor, `${site.url}/clinic/visits/${rosa}/${today.id}`)
  await button(doctor, en('cockpit.letInName', { name: self.name })).waitFor()
  await doctor.getByText(en('seen.where', { name: self.name })).first().click()
  await doctor.getByText('48 Harbor Street, Portland, second floor').waitFor()
  assert.equal(await doctor.getByRole('link', { name: en('seen.call', { phone: '+1 503 555 0142' }) }).getAttribute('href'), 'tel:+15035550142')
  const answers = doctor.getByRole('region', { name: en('seen.answers') })
  await answers.getByText('I still get dizzy.').waitFor()
  await answers.getByText(en('seen.was', { text: 'Quite a bit' })).waitFor()
  await look(doctor, 'cockpit-door')
  await doctor.keyboard.press('b')
  const hand = counted()
  const asked = chartCalls(doctor)
  await hand.press(doctor.getByRole('complementary').getByRole('link', { name: en('day.letIn', { name: self.name.split(' ')[0] }) })) // opens it, and lets her in
  await doctor.getByLabel(en('cockpit.assessment')).waitFor()
  const opening = asked().slice(0, asked().findIndex((path) => /\/(start|admit)$/.test(path)))
  assert.deepEqual(opening.map((path) => path.split('/').at(-1)), ['cockpit'], 'one request brings the picture, the chart and the note')
  await hearsAndSees(page, 1, 'the patient')
  await hearsAndSees(doctor, 1, 'the clinician')
  await look(page, 'patient-call')
  await look(doctor, 'cockpit-call')

  // Her daughter joins as the third.
  await visit(elena, at)
  await comeIn(elena, 'caregiver')
  await elena.getByRole('heading', { level: 1 }).waitFor()
  const third = (await people(elena, site)).self.name
  await button(doctor, en('cockpit.letInName', { name: third })).waitFor()
  await doctor.keyboard.press('l')
  for (const [who, one] of Object.entries({ patient: page, clinician: doctor, caregiver: elena })) await hearsAndSees(one, 2, who)
  assert.deepEqual(await ways(elena), ['relay'])
  await until('nobody sees the third large, so only her small picture is sent', async () => {
    const now = await sends(elena)
    return now.layers.h === false && now.layers.l === true && now.line > 0
  }, { within: 20_000, every: 250 })
  await until('the clinician is seen large', async () => (await sends(doctor)).layers.h === true, { within: 10_000, every: 250 })
  await look(elena, 'caregiver-call')
  await look(doctor, 'cockpit-three')

  // Her line becomes weak: sound goes on, and she is told why there is no picture; the others are told that she only hears.
  Object.assign(line, { rate: 150_000, loss: 0.1, delay: 100 })
  await page.getByText(en('visit.onlySound')).waitFor({ timeout: 30_000 })
  await until('the line is left to her voice', async () => !Object.values((await sends(page)).layers).some(Boolean), { within: 10_000, every: 250 })
  for (const one of [doctor, elena]) await one.getByText(en('visit.theyHear', { list: self.name, count: 1 })).waitFor()
  await look(page, 'patient-only-sound')
  const heard = { patient: await received(page), clinician: await received(doctor) }
  await until('she hears on', async () => (await received(page)).packets > heard.patient.packets + 250, { every: 250 })
  for (const [who, one] of Object.entries({ patient: page, clinician: doctor })) {
    const now = await received(one)
    const played = now.samples - heard[who].samples
    console.log(`150 kbit/s, 10 % lost, 200 ms: the ${who} has ${((100 * (now.concealed - heard[who].concealed)) / played).toFixed(1)} % of ${(played / 48_000).toFixed(0)} s of sound concealed`)
    assert.ok(played > 0 && now.concealed - heard[who].concealed < played / 2, JSON.stringify([heard[who], now]))
  }
  Object.assign(line, { rate: 0, loss: 0, delay: 0 })
  await page.getByText(en('visit.onlySound')).waitFor({ state: 'hidden', timeout: 90_000 })

  // She may choose it, too, and it ends when she says so.
  await button(page, en('visit.onlySoundGo')).click()
  await page.getByText(en('visit.onlySoundYours')).waitFor()
  await doctor.getByText(en('visit.theyHear', { list: self.name, count: 1 })).waitFor()
  await look(page, 'patient-chose-sound')
  await button(page, en('visit.picturesOn')).click()
  await hearsAndSees(page, 1, 'the patient, with pictures again,')

  // The socket drops, she goes to another network, a tunnel: all goes on by itself, in her seat, with her choices.
  const kept = async () => ({ seat: (await must(page, site, `/charts/${rosa}/visits/${today.id}`)).me.seat, muted: await button(page, en('visit.unmute')).count(), mic: await micOf(page) })
  await button(page, en('visit.mute')).click()
  const was = await kept()
  assert.ok(was.muted === 1 && was.mic)
  for (const one of [page, doctor]) await watchGaps(one)
  console.log(`the socket dropped: the room speaks again after ${Math.round(await dropSocket(page))} ms; nothing came for ${says(await gapsOf(page, 'the socket dropped'))}`)
  for (const one of [page, doctor]) await watchGaps(one)
  line.move()
  console.log(`another address and port: nothing came to her for ${says(await gapsOf(page, 'another network'))}`)
  await goesOn(doctor, 1, 'the clinician, who sees her in another network,')
  assert.deepEqual(await kept(), was)
  for (const one of [page, doctor]) await watchGaps(one)
  line.cut = true
  await page.context().setOffline(true)
  await page.evaluate(() => window.__signals.at(-1).socket.close())
  await until('ten seconds in a tunnel', (() => { const began = Date.now(); return () => Date.now() - began > 10_000 })())
  await look(page, 'patient-apart')
  line.cut = false
  await page.context().setOffline(false)
  const out = Date.now()
  const { sound, picture } = await gapsOf(page, 'after the tunnel')
  console.log(`ten seconds cut: ${Math.max(0, sound - 10_000)} ms more until sound, ${Math.max(0, picture - 10_000)} ms until a picture; looked at ${Date.now() - out} ms after`)
  assert.deepEqual(await kept(), was)
  for (const one of [page, doctor]) await hearsAndSees(one, 1, 'somebody after the tunnel')
  await button(page, en('visit.unmute')).click()

  // Words, a muted microphone, a camera that is off.
  await button(page, patternOf(`${en('visit.chat')}{{more}}`)).or(button(page, en('visit.chat'))).first().click()
  await page.getByLabel(en('visit.chatField')).fill('I cannot find my glasses')
  await button(page, en('visit.send')).click()
  await page.getByText('I cannot find my glasses').waitFor()
  await look(page, 'patient-chat')
  await page.keyboard.press('Escape')
  await button(doctor, patternOf(`${en('visit.chat')}{{more}}`)).or(button(doctor, en('visit.chat'))).first().click()
  await doctor.getByText('I cannot find my glasses').waitFor()
  await doctor.keyboard.press('Escape')
  await button(elena, en('visit.cameraOff')).click()
  await button(elena, en('visit.mute')).click()
  await button(elena, en('visit.unmute')).waitFor()

  // Leaves and comes back; a reload comes back by itself, into the same seat.
  await button(elena, en('visit.leave')).click()
  await button(elena, en('end.goBack')).click()
  await hearsAndSees(elena, 2, 'the caregiver, back again,')
  const seat = async () => (await must(page, site, `/charts/${rosa}/visits/${today.id}`)).me.seat
  const before = await seat()
  await page.reload()
  await hearsAndSees(page, 1, 'the patient, after a reload,')
  assert.equal(await seat(), before)
  assert.equal(await micOf(page), was.mic)

  // The server dies and comes again: everybody is back by themselves, in their seats, with their choices.
  const chosen = await devices(elena)
  await site.kill()
  await site.start()
  const up = Date.now()
  for (const [who, one] of Object.entries({ clinician: doctor, patient: page, caregiver: elena })) await goesOn(one, one === elena ? 2 : 1, `the ${who}, after a restart,`)
  console.log(`all three hear and see ${((Date.now() - up) / 1000).toFixed(1)} s after the server is up again`)
  assert.equal(await seat(), before)
  await button(elena, en('visit.unmute')).waitFor()
  assert.deepEqual(await devices(elena), chosen)

  // Back to the waiting room and in again, while the others go on.
  await button(doctor, en('plan.sendBackOf', { name: third })).click()
  await elena.getByRole('heading', { level: 1, name: en('wait.knows', { name }) }).or(elena.getByText(en('wait.live', { name }))).first().waitFor()
  await button(doctor, en('cockpit.letInName', { name: third })).click()
  await hearsAndSees(elena, 2, 'the caregiver, let in again,')
  await invites(doctor)
  await goesOn(page, 1, 'the patient, while somebody was invited,')

  // What was found and decided beside the picture, counted: a press is one, and so is what is typed into one field.
  await hand.type(doctor.getByRole('textbox', { name: en('after.vital.pressure'), exact: true }), '104/62')
  await hand.type(doctor.getByRole('textbox', { name: en('after.vital.pulse'), exact: true }), '72')
  const add = doctor.getByRole('combobox', { name: en('plan.add') })
  await hand.typeAndEnter(add, 'orthos')
  await hand.typeAndEnter(add, 'lisin 5')
  await hand.typeAndEnter(add, 'bmp')
  const planned = doctor.getByRole('list', { name: en('plan.list') })
  for (const line of ['Orthostatic hypotension', 'Lisinopril 5 mg', 'Basic metabolic panel']) await planned.getByText(line, { exact: true }).waitFor()
  await hand.press(button(doctor, en('plan.in.weeks_other', { count: 2 })))
  // What is typed while a template is on its way stays.
  await doctor.route('**/note/phrase', async (route) => {
    await new Promise((done) => setTimeout(done, 1000))
    await route.continue()
  }, { times: 1 })
  await hand.choose(doctor.getByLabel(en('plan.template'), { exact: true }), 'video-followup')
  await hand.type(doctor.getByLabel(en('cockpit.summary')), 'Your pill was a bit too strong for you.')
  await until('the template names her', async () => (await doctor.getByLabel(en('cockpit.subjective')).inputValue()).includes(self.name.split(' ')[0]))
  await doctor.getByText(patternOf(en('cockpit.saved', { time: '{{time}}' }))).waitFor()
  await look(doctor, 'cockpit-note')
  await hand.press(button(doctor, en('plan.endAndSign', { name: self.name })))
  hand.count += 2 // a code and a press, whether it is asked for this time or not
  await proven(doctor, site.accounts.clinician, doctor.getByText(en('cockpit.frozen')))
  assert.ok(hand.count <= 20, `${hand.count} presses and runs of typing`)
  const lines = doctor.getByRole('region', { name: en('plan.lines.title') })
  for (const who of [self.name, third]) await lines.getByText(who, { exact: true }).first().waitFor()
  await lines.locator('summary').first().click()
  await look(doctor, 'cockpit-signed')
  const signed = await must(page, site, `/charts/${rosa}/visits/${today.id}`)
  assert.equal(signed.state, 'ended', 'it was ended with the signature')

  // She stayed on the page: what it came to is there, and how it was can be said.
  await page.getByRole('heading', { level: 1, name: en('end.over') }).waitFor()
  await page.getByText('Your pill was a bit too strong for you.').waitFor()
  await button(page, en('after.stars', { stars: 4 })).click()
  await page.getByLabel(en('after.comment')).fill('The picture was good.')
  await look(page, 'patient-over')
  await button(page, en('after.send')).click()
  await page.getByText(en('after.rated', { stars: 4 })).waitFor()
  await doctor.getByText('“The picture was good.”').waitFor()

  // She has it at once, and so has her daughter.
  for (const [who, one] of Object.entries({ patient: page, caregiver: elena })) {
    await visit(one, `${at}/summary`)
    await one.getByText('Your pill was a bit too strong for you.').waitFor()
    for (const words of ['Blood test: salts, sugar and kidneys (Basic metabolic panel)', `Lisinopril 5 mg: ${en('after.take', { dose: en('after.dose.tablet', { count: 1 }), often: en('after.often.daily') })}`, `${en('after.vital.pressure')}: 104/62 mmHg`]) await one.getByText(words, { exact: true }).waitFor()
    await look(one, `${who}-summary`)
  }
  const chart = JSON.stringify(await must(page, site, `/charts/${rosa}`))
  assert.match(chart, /After-visit summary/)

  // Her own language is another one: what was written freely is translated, beside what was signed.
  await doctor.getByLabel('Your pill was a bit too strong for you.').fill('Su pastilla era un poco fuerte para usted.')
  await button(doctor, en('plan.translateGo')).click()
  await doctor.getByText(en('plan.translated')).waitFor()
  await page.locator('summary', { hasText: 'Spanish' }).click()
  await page.getByText('Su pastilla era un poco fuerte para usted.').waitFor()

  // What is signed is not changed; it is added to.
  const note = await doctor.evaluate(async ([where, csrf]) => {
    const me = await (await fetch('/api/v1/me')).json()
    const answer = await fetch(`/api/v1${where}`, { method: 'PUT', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': me.csrf ?? csrf }, body: JSON.stringify({ version: 99, body: { subjective: 'x', objective: '', assessment: '', plan: '', summary: '', instructions: [], callIf: '', followUp: '' } }) })
    return { status: answer.status, ...(await answer.json()) }
  }, [`/charts/${rosa}/visits/${today.id}/note`, ''])
  assert.equal(note.code, 'signed', JSON.stringify(note))
  await button(doctor, en('cockpit.addAddendum')).click()
  await doctor.getByLabel(en('cockpit.addendumField')).fill('Pharmacy informed.')
  await button(doctor, en('cockpit.addendumSign')).click()
  await proven(doctor, site.accounts.clinician, doctor.getByText('Pharmacy informed.').first())
  await page.reload()
  await page.getByText('Pharmacy informed.').waitFor()
})

const says = ({ sound, picture }) => `${sound} ms of sound, ${picture} ms of pictures`

/** The microphone that a page sends from. */
const micOf = (page) => page.evaluate(() => {
  for (const call of [...window.__calls].reverse()) {
    const track = call.getSenders().find((one) => one.track?.kind === 'audio')?.track
    if (track && call.connectionState !== 'closed') return track.getSettings().deviceId
  }
  return undefined
})

/** A few questions on the phone, kept while they are answered, and sent. */
async function answersQuestions(page) {
  await button(page, en('form.open')).click()
  await page.getByLabel('What brings you here, in your own words?').fill('I still get dizzy.')
  await page.getByText(en('form.saved'), { exact: true }).waitFor()
  await page.reload() // what was answered is not lost
  await button(page, en('form.goOn')).click()
  assert.equal(await page.getByLabel('What brings you here, in your own words?').inputValue(), 'I still get dizzy.')
  await button(page, en('form.send')).click()
  await page.getByRole('alert').getByText(patternOf(`{{ask}}${en('form.need')}`)).first().waitFor()
  await page.getByRole('radio', { name: 'Very much' }).check()
  await look(page, 'patient-questions')
  await button(page, en('form.send')).click()
  await page.getByText(en('form.cardDone')).waitFor()
}

/** The waiting room in the other language. */
async function lookInSpanish(page) {
  await page.evaluate(() => localStorage.setItem('housecall.locale', 'es'))
  await page.reload()
  await page.getByText(es('queue.next')).waitFor()
  await look(page, 'patient-waits-es')
  await page.evaluate(() => localStorage.setItem('housecall.locale', 'en'))
  await page.reload()
  await page.getByText(en('queue.next')).waitFor()
}

/** What somebody does at the page, counted: presses, choices, and runs of typing in one field. */
function counted() {
  const hand = { count: 0 }
  const one = (act) => async (...args) => {
    hand.count += 1
    await act(...args)
  }
  return Object.assign(hand, {
    press: one((on) => on.click()), type: one((field, text) => field.fill(text)), choose: one((list, value) => list.selectOption(value)),
    typeAndEnter: one(async (field, text) => {
      await field.pressSequentially(text)
      await field.page().locator('[role="listbox"]:not([aria-busy])').getByRole('option').first().waitFor() // Enter takes what is shown, nothing else
      await field.press('Enter')
    }),
  })
}

/** What a page asks of charts from now on. */
function chartCalls(page) {
  const paths = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/api/v1/charts/')) paths.push(pathname)
  })
  return () => paths
}

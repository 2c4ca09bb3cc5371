// A visit that only its browsers can read: keys, codes, who has none, and a room that lies.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { keepCalls, watchCalls } from './harness/calls.mjs'
import { must, people } from './harness/chart.mjs'
import { openFirefox } from './harness/firefox.mjs'
import { visit } from './harness/pages.mjs'
import { picture, pictures as pictured, shotsFolder } from './harness/paths.mjs'
import { comeIn } from './harness/place.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
const media = { permissions: ['camera', 'microphone'] }
const button = (page, name) => page.getByRole('button', { name, exact: true })
const pictures = (page) => page.evaluate(() => [...document.querySelectorAll('[role="group"]:not([data-self]) > video')].filter((one) => one.videoWidth > 0).length)

/** What comes in now: packets of both sorts, pictures that could be decoded, and how loud it is. */
const received = (page) => page.evaluate(async () => {
  const sum = { frames: 0, packets: 0, energy: 0, codecs: [] }
  for (const call of window.__calls ?? []) {
    if (call.connectionState !== 'connected') continue
    const reports = await call.getStats()
    for (const one of reports.values()) {
      if (one.type !== 'inbound-rtp') continue
      sum.packets += one.packetsReceived
      sum.frames += one.framesDecoded ?? 0
      sum.energy += one.totalAudioEnergy ?? 0
      if (one.kind === 'video' && one.packetsReceived > 0) sum.codecs.push(reports.get(one.codecId)?.mimeType)
    }
  }
  return sum
})
async function sees(page, others, who) {
  await until(`${who} sees ${others}`, async () => (await pictures(page)) >= others, { within: 30_000, every: 200 })
  const before = await received(page)
  await until(`${who} goes on to see and hear`, async () => {
    const now = await received(page)
    return now.frames > before.frames + 5 && now.energy > before.energy
  }, { within: 20_000, every: 200 })
}
const code = async (page) => {
  const shown = page.getByRole('group', { name: en('seal.code') })
  if (!(await shown.isVisible())) await button(page, en('seal.check')).or(button(page, en('seal.on'))).first().click()
  await shown.waitFor({ timeout: 20_000 })
  return (await shown.innerText()).trim()
}

scene('sealed from browser to browser', { as: 'patient', viewport: phone, timeout: 240_000, expect: [/status of 40[39]/, /signal/, /WebSocket/] }, async ({ t, page, open, site }) => {
  const { self } = await people(page, site)
  const rosa = self.patient
  const coming = (await must(page, site, `/charts/${rosa}/appointments?when=coming`)).items
  const today = coming.find((one) => one.mode === 'video' && Date.parse(one.joinFrom) <= Date.now())
  const at = `${site.url}/p/${rosa}/visits/${today.id}`
  await page.context().grantPermissions(media.permissions)
  const doctor = await open('clinician', media)
  const elena = await open('caregiver', { viewport: phone, ...media })
  for (const one of [page, doctor, elena]) await watchCalls(one.context())
  // One of three is a browser that has only the older way.
  await doctor.context().addInitScript(() => { delete window.RTCRtpScriptTransform })

  // She asks for it before; who holds the visit sees that.
  await visit(page, at)
  await comeIn(page)
  await button(page, en('seal.ask')).click()
  await page.getByRole('heading', { name: en('seal.on') }).waitFor()
  await picture(page, 'sealed', 'patient-asked')
  await visit(doctor, `${site.url}/clinic/visits/${rosa}/${today.id}`)
  await doctor.getByRole('heading', { name: en('seal.on') }).waitFor()
  await button(doctor, en('cockpit.letInName', { name: self.name })).click()
  await sees(page, 1, 'the patient')
  await sees(doctor, 1, 'the clinician')
  const two = await code(doctor)
  assert.match(two, /^\d{3} \d{3} \d{3} \d{3}$/)
  assert.equal(await code(page), two, 'one code for both')
  for (const one of [page, doctor]) assert.deepEqual([...new Set((await received(one)).codecs)], ['video/VP8'])
  await button(page, en('seal.same')).click()
  await picture(page, 'sealed', 'patient-code')
  await picture(doctor, 'sealed', 'cockpit-code')

  // Whose key does not come sees and hears nothing, though all packets come.
  let lies = 'drop'
  await elena.context().routeWebSocket(/\/signal$/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => server.send(message))
    server.onMessage((message) => {
      const frame = JSON.parse(message)
      if (frame.t === 'told' && lies === 'drop') return
      socket.send(message)
    })
  })
  await visit(elena, at)
  await comeIn(elena)
  const third = (await people(elena, site)).self.name
  await button(doctor, en('cockpit.letInName', { name: third })).click()
  await until('packets come to the third', async () => (await received(elena)).packets > 300, { within: 30_000, every: 200 })
  const blind = await received(elena)
  assert.deepEqual([blind.frames, await pictures(elena)], [0, 0], 'nothing of it can be shown')
  // With the words of the others she reads at once what they send.
  lies = ''
  await sees(elena, 2, 'the third, who came late,')
  await sees(page, 2, 'the patient, with a third,')
  const three = await code(elena)
  assert.notEqual(three, two, 'another circle, another code')
  await until('all three have it', async () => (await code(page)) === three && (await code(doctor)) === three, { within: 15_000 })
  await page.getByText(en('seal.changed')).waitFor()

  // A reload joins anew, with keys of its own; who leaves reads nothing more.
  await elena.reload()
  await sees(elena, 2, 'the third, after a reload,')
  assert.notEqual(await code(elena), three)
  await button(elena, en('visit.leave')).click()
  await until('the code of two is what it was', async () => (await code(page)) === two && (await code(doctor)) === two, { within: 15_000 })
  await sees(page, 1, 'the patient, of two again,')

  // Another make of browser agrees on the same keys, and is read and reads.
  const tablet = await openFirefox({ before: keepCalls, viewport: phone })
  t.after(tablet.close)
  const { email, password } = site.accounts.caregiver
  await tablet.goto(`${site.url}/auth/login?return=/`)
  for (const [field, text] of [['email', email], ['password', password]]) await tablet.fill(en(`signIn.${field}`), text)
  await tablet.press(en('signIn.withPassword'))
  await until('Firefox is signed in', () => tablet.evaluate(() => /^\/(p\/|people)/.test(location.pathname) && document.readyState === 'complete' && Boolean(document.querySelector('main h1'))), { within: 20_000 })
  await tablet.goto(at)
  await tablet.press(en('end.goBack'))
  await sees(tablet, 2, 'Firefox')
  await sees(page, 2, 'the patient, with Firefox,')
  await tablet.press(en('seal.check'), en('seal.on'))
  const theirs = await until('Firefox shows the code', () => tablet.evaluate((name) => document.querySelector(`[role=group][aria-label="${name}"]`)?.innerText.trim(), en('seal.code')))
  assert.notEqual(theirs, two)
  await until('all three have that code', async () => (await code(page)) === theirs && (await code(doctor)) === theirs, { within: 15_000 })
  if (pictured) writeFileSync(path.join(shotsFolder('sealed'), 'firefox-code.png'), await tablet.screenshot())
  await tablet.press(en('seal.same'))
  await tablet.press(en('visit.leave'))
  await sees(page, 1, 'the patient, after Firefox left,')

  // Turned off, nobody goes on who does not say so.
  await button(doctor, en('seal.hostOff')).click()
  await page.getByRole('heading', { level: 1, name: en('seal.dropped') }).waitFor()
  await picture(page, 'sealed', 'patient-dropped')
  await button(page, en('seal.goOn')).click()
  await sees(page, 1, 'the patient, without it,')
  assert.equal(await page.getByRole('button', { name: en('seal.check') }).count(), 0)
})

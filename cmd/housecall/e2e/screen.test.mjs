// A shared screen, with cameras beside it: which codec it goes out in, by who is there to look at it.
import assert from 'node:assert/strict'
import { hearsAndSees, pictures, shows, strong, watchCalls } from './harness/calls.mjs'
import { must, people } from './harness/chart.mjs'
import { lookOnce } from './harness/look.mjs'
import { visit } from './harness/pages.mjs'
import { comeIn } from './harness/place.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
const media = { permissions: ['camera', 'microphone'] }
const button = (page, name) => page.getByRole('button', { name, exact: true })

/** An older browser: of what is offered to it, it takes no AV1. */
const older = (context) => context.addInitScript(() => {
  const answer = RTCPeerConnection.prototype.createAnswer
  RTCPeerConnection.prototype.createAnswer = function (...args) {
    for (const place of this.getTransceivers()) {
      if (place.receiver.track.kind === 'video') place.setCodecPreferences(RTCRtpReceiver.getCapabilities('video').codecs.filter(({ mimeType }) => !/av1/i.test(mimeType)))
    }
    return answer.apply(this, args)
  }
})

scene('a shared screen goes in the best that everybody can show', { as: 'patient', viewport: phone, timeout: 240_000, expect: [/status of 40[39]/, /signal/, /WebSocket/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const coming = (await must(page, site, `/charts/${self.patient}/appointments?when=coming`)).items
  const today = coming.find((one) => one.mode === 'video' && Date.parse(one.joinFrom) <= Date.now())
  assert.ok(today, 'a visit whose door is open')
  const at = `${site.url}/p/${self.patient}/visits/${today.id}`
  await page.context().grantPermissions(media.permissions)
  const doctor = await open('clinician', { viewport: desk, ...media })
  const elena = await open('caregiver', { viewport: phone, ...media })
  for (const one of [page, doctor, elena]) await watchCalls(one.context())
  await strong(doctor.context())
  await older(elena.context())

  await visit(page, at)
  await comeIn(page)
  await visit(doctor, `${site.url}/clinic/visits/${self.patient}/${today.id}`)
  await button(doctor, en('cockpit.letInName', { name: self.name })).click()
  for (const [who, one] of Object.entries({ patient: page, clinician: doctor })) await hearsAndSees(one, 1, who)
  assert.deepEqual((await pictures(page)).map(({ codec }) => codec), ['video/VP8'], 'a camera without a chip for more goes as every browser has it')

  // The doctor shares a screen: the newest codec, since both have it.
  await button(doctor, en('visit.share')).click()
  await button(doctor, en('visit.unshare')).waitFor()
  await shows(page, 'video/AV1', 'the patient')
  assert.deepEqual(await lookOnce(page, 'visits', 'screen-shared'), [])
  assert.deepEqual(await lookOnce(doctor, 'visits', 'cockpit-screen-shared'), [])

  // Her daughter comes with an older browser: for all of them it goes on in what it has.
  await visit(elena, at)
  await comeIn(elena)
  await button(doctor, en('cockpit.letInName', { name: (await people(elena, site)).self.name })).click()
  await shows(elena, 'video/VP9', 'the caregiver')
  await shows(page, 'video/VP9', 'the patient')

  // And back, once she has left.
  await button(elena, en('visit.leave')).click()
  await shows(page, 'video/AV1', 'the patient, alone again,')

  await button(doctor, en('visit.unshare')).click()
  await until('the screen is gone', async () => {
    const before = await pictures(page)
    await new Promise((done) => setTimeout(done, 1_000))
    const now = await pictures(page)
    return now.every((one) => one.codec === 'video/VP8' || before.some(({ id, frames }) => id === one.id && frames === one.frames))
  }, { within: 20_000 })
})

// A visit that is recorded: asked for, agreed to, marked on both pages, ended by one press; then it plays from the chart.
import assert from 'node:assert/strict'
import { must, people } from './harness/chart.mjs'
import { lookOnce } from './harness/look.mjs'
import { visit } from './harness/pages.mjs'
import { sayPlace } from './harness/place.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite({ env: { HOUSECALL_RECORDING: 'true' } })
const media = { permissions: ['camera', 'microphone'] }
const button = (page, name) => page.getByRole('button', { name, exact: typeof name === 'string' })

async function look(page, name) {
  assert.deepEqual(await lookOnce(page, 'recording', name), [], name)
}

scene('a visit that both let be recorded', { as: 'patient', viewport: phone, timeout: 180_000, expect: [/status of 40[39]/, /signal/, /WebSocket/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const rosa = self.patient
  const today = (await must(page, site, `/charts/${rosa}/appointments?when=coming`)).items.find((one) => one.mode === 'video' && Date.parse(one.joinFrom) <= Date.now())
  assert.ok(today, 'a visit whose door is open')
  await page.context().grantPermissions(media.permissions)
  const doctor = await open('clinician', media)
  await visit(page, `${site.url}/p/${rosa}/visits/${today.id}`)
  await button(page, en('check.next')).or(button(page, en('check.go'))).or(button(page, en('check.goAnyway'))).first().click()
  await button(page, en('consent.agree')).click()
  await sayPlace(page)
  await page.getByRole('heading', { level: 1, name: en('wait.knows', { name: today.practitioner.name }) }).waitFor()
  await visit(doctor, `${site.url}/clinic/visits/${rosa}/${today.id}`)
  await button(doctor, en('cockpit.letInName', { name: self.name })).click()
  await doctor.getByRole('group', { name: new RegExp(`^${self.name}`) }).first().waitFor()

  // Asked, and recorded only when she has said yes.
  await button(doctor, en('rec.ask')).click()
  await look(doctor, 'ask')
  await button(doctor, en('rec.askGo')).click()
  await doctor.getByText(en('rec.waitsFor', { names: self.name })).waitFor()
  const asked = page.getByRole('alertdialog', { name: en('rec.title', { name: today.practitioner.name }) })
  await asked.waitFor()
  await look(page, 'asked')
  await button(asked, en('rec.yes')).click()
  for (const one of [page, doctor]) await one.getByRole('status').filter({ hasText: en('rec.on') }).waitFor()
  await page.getByRole('group', { name: new RegExp(en('rec.mark')) }).first().waitFor()
  await look(page, 'on')
  await look(doctor, 'on-clinic')
  const began = Date.now()
  await until('some seconds of it', () => Promise.resolve(Date.now() - began > 4_000))

  // One press ends it, for both.
  await button(page, en('rec.withdraw')).click()
  for (const one of [page, doctor]) await one.getByText(en('rec.over.withdrawn')).waitFor()
  await look(page, 'over')
  const state = async () => (await must(page, site, `/charts/${rosa}/visits/${today.id}`)).recording
  await until('it is in the chart', async () => (await state()).filed === true, { within: 20_000, every: 250 })
  const { id } = await state()

  // Both play it: pictures are decoded, it has a length, and any place of it can be gone to.
  for (const [who, one, at] of [['patient', page, `/p/${rosa}`], ['clinician', doctor, `/clinic/p/${rosa}`]]) {
    await visit(one, `${site.url}${at}/entries/DocumentReference/${id}`)
    await one.getByText(en('recording.agreed')).waitFor()
    const loaded = () => one.evaluate(() => [...document.querySelectorAll('video, audio')].map((x) => ({ video: x.tagName === 'VIDEO', length: x.duration, wide: x.videoWidth ?? 0, at: x.currentTime, frames: x.getVideoPlaybackQuality?.().totalVideoFrames ?? 0, error: x.error?.message })))
    await until(`${who} has the files`, async () => (await loaded()).length >= 4 && (await loaded()).every((x) => x.length > 1 && (!x.video || x.wide > 0)), { within: 20_000, every: 250 }).catch(async (error) => assert.fail(`${error.message} ${JSON.stringify(await loaded())}`))
    await one.getByRole('group', { name: en('recording.controls') }).getByRole('button', { name: en('recording.play'), exact: true }).press('Enter')
    await until(`${who} sees it play`, async () => (await loaded()).every((x) => x.at > 0.5 && (!x.video || x.frames > 5)), { within: 15_000, every: 200 })
    const place = one.getByRole('slider', { name: en('recording.place') })
    await place.press('Home')
    await place.press('ArrowRight')
    await place.press('ArrowRight')
    await until(`${who} is at another place`, async () => (await loaded()).every((x) => x.at >= 1), { within: 10_000, every: 200 })
    const spread = (await loaded()).map((x) => x.at)
    assert.ok(Math.max(...spread) - Math.min(...spread) < 1.5, `in step: ${spread}`)
    await look(one, `play-${who}`)
  }
  const whole = await page.evaluate(async ([patient, rec]) => {
    const { files } = await (await fetch(`/api/v1/charts/${patient}/recordings/${rec}`)).json()
    const part = await fetch(`/api/v1/charts/${patient}/binaries/${files[0].binary}`, { headers: { Range: 'bytes=0-3' } })
    return { status: part.status, head: [...new Uint8Array(await part.arrayBuffer())], kinds: files.map(({ kind }) => kind).sort() }
  }, [rosa, id])
  assert.deepEqual(whole, { status: 206, head: [0x1a, 0x45, 0xdf, 0xa3], kinds: ['audio', 'audio', 'camera', 'camera'] })
})

// A photo in the room of a visit, and where it stands afterwards: in the record, by who showed it.
import assert from 'node:assert/strict'
import { must, people } from './harness/chart.mjs'
import { lookOnce } from './harness/look.mjs'
import { visit } from './harness/pages.mjs'
import { sayPlace } from './harness/place.mjs'
import { proven } from './harness/prove.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, patternOf } from './harness/words.mjs'

const scene = suite()
const media = { permissions: ['camera', 'microphone'] }
const button = (page, name) => page.getByRole('button', { name, exact: typeof name === 'string' })
const chat = (page) => button(page, patternOf(`${en('visit.chat')}{{more}}`)).or(button(page, en('visit.chat'))).first()
const shown = (image) => image.evaluate((one) => one.complete && one.naturalWidth > 0)

async function look(page, name) {
  assert.deepEqual(await lookOnce(page, 'chat', name), [], name)
}

/** A photo as a phone makes it, drawn by the browser itself. */
async function photo(page) {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 1200 })
    const paint = canvas.getContext('2d')
    paint.fillStyle = '#d9b59a'
    paint.fillRect(0, 0, 1600, 1200)
    paint.fillStyle = '#b4523f'
    for (const [x, y, r] of [[600, 500, 120], [820, 620, 90], [950, 430, 60]]) {
      paint.beginPath()
      paint.arc(x, y, r, 0, 7)
      paint.fill()
    }
    return canvas.toDataURL('image/jpeg')
  })
  return { name: 'IMG_2041.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(url.split(',')[1], 'base64') }
}

scene('a photo shown in a visit goes to the record with the note', { as: 'patient', viewport: phone, timeout: 240_000, expect: [/status of 40[39]/, /signal/, /WebSocket/, /ERR_FAILED|Failed to load resource/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const coming = (await must(page, site, `/charts/${self.patient}/appointments?when=coming`)).items
  const today = coming.find((one) => one.mode === 'video' && Date.parse(one.joinFrom) <= Date.now())
  assert.ok(today, 'a visit whose door is open')
  await page.context().grantPermissions(media.permissions)
  await visit(page, `${site.url}/p/${self.patient}/visits/${today.id}`)
  await page.getByRole('heading', { level: 1, name: en('check.title') }).waitFor()
  await button(page, en('check.next')).or(button(page, en('check.go'))).or(button(page, en('check.goAnyway'))).first().click()
  await page.getByRole('heading', { level: 1, name: en('consent.title') }).waitFor()
  await button(page, en('consent.agree')).click()
  await sayPlace(page)
  const doctor = await open('clinician', { viewport: desk, ...media })
  await visit(doctor, `${site.url}/clinic/visits/${self.patient}/${today.id}`)
  await button(doctor, en('cockpit.letInName', { name: self.name })).click()

  // The line goes while it is on its way: it is kept, and sent again it is there once.
  await chat(page).click()
  await page.getByLabel(en('visit.chatField')).fill('It began on Sunday')
  await button(page, en('visit.send')).click()
  await page.route('**/chat/images/*', (route) => (route.request().method() === 'PUT' ? route.abort() : route.fallback()))
  await page.locator('input[data-share=chat]').setInputFiles(await photo(page))
  await button(page, en('chat.again')).waitFor()
  await look(page, 'photo-not-sent')
  await page.unroute('**/chat/images/*')
  await button(page, en('chat.again')).click()
  const own = page.getByRole('img', { name: en('chat.mine') })
  await until('the photo is in the chat', () => shown(own))
  assert.equal((await must(page, site, `/charts/${self.patient}/visits/${today.id}/chat`)).items.filter(({ image }) => image).length, 1)
  await look(page, 'photo-shared')

  // The doctor looks at it large, beside the call.
  await chat(doctor).click()
  const theirs = doctor.getByRole('img', { name: en('chat.photo', { name: self.name }) }).first()
  await until('the doctor sees it', () => shown(theirs))
  await theirs.click()
  await button(doctor, en('chat.small')).waitFor()
  await look(doctor, 'photo-large')
  await button(doctor, en('chat.small')).click()
  await doctor.getByRole('region', { name: en('visit.chat') }).first().getByRole('button', { name: en('close') }).click()

  // One line says what goes to the record; leaving something out needs a reason.
  const files = doctor.locator('[data-chat-files]')
  const both = new Intl.ListFormat('en').format([en('chat.lines', { count: 1 }), en('chat.images', { count: 1 })])
  await files.getByText(en('chat.goes', { list: both })).waitFor()
  await files.getByRole('button', { name: en('chat.change') }).click()
  await files.getByLabel(en('chat.leaveAll')).check()
  for (const [part, text] of Object.entries({ assessment: 'Contact dermatitis.', plan: 'Cream for a week.', summary: 'Your skin is irritated.' })) await doctor.getByLabel(en(`cockpit.${part}`)).fill(text)
  await button(doctor, en('plan.endAndSign', { name: self.name })).click()
  await doctor.getByText(en('chat.needReason')).waitFor()
  await look(doctor, 'chat-left-out')
  await button(doctor, en('chat.keepAll')).click()
  await button(doctor, en('plan.endAndSign', { name: self.name })).click()
  await proven(doctor, site.accounts.clinician, doctor.getByText(en('cockpit.frozen')))
  await doctor.getByRole('link', { name: en('chat.record') }).waitFor()

  // She reads it in her record at once.
  await visit(page, `${site.url}/p/${self.patient}/visits/${today.id}/summary`)
  await page.getByRole('link', { name: en('chat.record') }).click()
  await page.waitForURL(/\/entries\/DocumentReference\//)
  await page.getByText('It began on Sunday').waitFor()
  await page.getByText(`${self.name} (patient)`).first().waitFor()
  const kept = page.getByRole('list', { name: en('entry.pictures') }).getByRole('img')
  assert.equal(await kept.count(), 1)
  await kept.scrollIntoViewIfNeeded()
  await until('the photo is in the record', () => shown(kept))
  await look(page, 'chat-in-record')
})

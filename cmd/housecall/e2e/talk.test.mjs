// What is begun on the phone is finished on the desk, what was sent can be taken back, what is for later goes
// later, and what the care team notes for itself stays there.
import assert from 'node:assert/strict'
import { ask, must, people } from './harness/chart.mjs'
import { lookOnce } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite({ env: { HOUSECALL_TAKE_BACK: '20s', HOUSECALL_SHOW_PRESENCE: 'true' } })

async function look(page, name) {
  await settled(page)
  assert.deepEqual(await lookOnce(page, 'talk', name), [], name)
}

const box = (page) => page.locator('form[data-compose] textarea')
const bubble = (page, text) => page.locator('article', { hasText: text })
const press = (page, key) => page.getByRole('button', { name: en(key), exact: true }).click()
const saved = (page) => page.getByText(en('message.saved'), { exact: true }).waitFor()

// The browser writes the answer with both texts (409) down as an error.
scene('a draft goes from the phone to the desk, and two texts meet', { as: 'patient', viewport: phone, timeout: 240_000, expect: [/409 \(Conflict\).*\/drafts\/new/, /404 .*\/threads\/[^/]+$/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const at = `${site.url}/p/${self.patient}/messages/new`
  await visit(page, at)
  await page.getByRole('radio', { name: en('message.topic.medicine') }).check()
  await box(page).fill('Begun on the phone')
  await page.locator('input[type=file]').setInputFiles({ name: 'letter.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n') })
  await page.getByText(en('message.file.ready')).waitFor()
  await saved(page)

  const other = await open('patient', { viewport: desk })
  await visit(other, at)
  await until('the draft is there', async () => (await box(other).inputValue()) === 'Begun on the phone')
  await other.getByText(en('message.file.ready')).waitFor()
  assert.ok(await other.getByRole('radio', { name: en('message.topic.medicine') }).isChecked())
  await box(other).fill('Begun on the phone, finished on the desk')
  await saved(other)

  // The phone was not looked at meanwhile, and writes on.
  await box(page).fill('Written on the phone, not knowing')
  await page.getByRole('heading', { name: en('message.draft.title') }).waitFor()
  assert.equal(await box(page).inputValue(), 'Written on the phone, not knowing', 'the own text stays')
  await page.getByText('Begun on the phone, finished on the desk', { exact: true }).waitFor()
  await look(page, 'draft-two-texts-phone')
  await visit(other, at)
  await other.getByRole('heading', { name: en('message.draft.title') }).waitFor()
  await look(other, 'draft-two-texts-desk')
  await press(other, 'message.draft.use')
  await until('the other text is in the box', async () => (await box(other).inputValue()) === 'Begun on the phone, finished on the desk')
  await press(other, 'message.draft.drop')
  await saved(other)
  await press(other, 'message.send')
  await other.waitForURL(/\/messages\/[0-9a-f-]{36}$/)
  await bubble(other, 'finished on the desk').waitFor()
  await look(other, 'held-new')
  // Opened anew while nobody has it, and taken back: it stands in the box again, with its file. The page that it is taken
  // back from may ask once more for what is gone.
  await visit(other, other.url())
  await press(other, 'message.held.undo')
  await other.waitForURL(/\/messages\/new$/)
  await until('it is a draft again', async () => (await box(other).inputValue()) === 'Begun on the phone, finished on the desk')
  await other.getByText(en('message.file.ready')).waitFor()
  await press(other, 'message.send')
  await other.waitForURL(/\/messages\/[0-9a-f-]{36}$/)
  await press(other, 'message.held.now')
  await other.getByText(en('message.sent'), { exact: true }).waitFor()
  await other.locator('article').getByRole('link', { name: new RegExp(en('message.file.document')) }).waitFor()
})

scene('the clinic sees nothing of it before it is sent, and the patient nothing of its notes', { as: 'patient', viewport: phone, timeout: 300_000, expect: [/ERR_CONNECTION|WebSocket|Failed to load resource/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/messages`)
  await page.getByRole('navigation', { name: en('message.list') }).getByRole('link').first().click()
  await page.waitForURL(/\/messages\/[0-9a-f-]{36}$/)
  await settled(page)
  const thread = page.url().split('/').at(-1)
  const path = `/charts/${self.patient}/threads/${thread}`
  const doctor = await open('clinician', { viewport: desk })
  await visit(doctor, `${site.url}/clinic/inbox/${self.patient}/${thread}`)
  await doctor.getByRole('heading', { name: en('inbox.notes.title') }).waitFor()

  await box(page).fill('Take this back, please')
  await press(page, 'message.send')
  await bubble(page, 'Take this back').waitFor()
  await look(page, 'held-in-thread')
  assert.ok(!(await ask(doctor, site, path)).text.includes('Take this back'))
  await press(page, 'message.held.undo')
  await bubble(page, 'Take this back').waitFor({ state: 'detached' })
  await until('it is in the box again', async () => (await box(page).inputValue()) === 'Take this back, please')

  // Sent before the power failed; delivered after.
  await box(page).fill('Sent **before** the _power_ failed:\n- see https://example.org/help')
  await press(page, 'message.send')
  await bubble(page, 'failed').getByText(/seconds/).waitFor()
  await site.kill()
  await site.start()
  await until('it is delivered', async () => (await must(doctor, site, path)).messages.filter(({ text }) => text.includes('power')).length === 1, { within: 60_000 })
  await visit(page, page.url())
  await visit(doctor, doctor.url())
  const line = bubble(doctor, 'example.org')
  assert.equal(await line.locator('strong').innerText(), 'before')
  assert.match(await line.locator('a').getAttribute('rel'), /noopener/)
  await line.getByText(en('message.link', { host: 'example.org' })).waitFor()
  assert.equal((await must(page, site, path)).messages.at(-1).language, 'en')

  // Put off, and looked at from another page.
  await press(page, 'message.held.later')
  await box(page).fill('For another day')
  await look(page, 'send-later')
  await press(page, 'message.held.choose')
  await bubble(page, 'For another day').getByText(/Goes/).waitFor()
  await look(page, 'held-scheduled')
  await bubble(page, 'For another day').getByRole('button', { name: en('message.held.change') }).click()
  await look(page, 'held-change')
  await bubble(page, 'For another day').getByRole('button', { name: en('message.held.takeBack') }).click()
  await bubble(page, 'For another day').waitFor({ state: 'detached' })
  await until('it is in the box', async () => (await box(page).inputValue()) === 'For another day')
  await box(page).fill('')

  // Corrected: what was sent stays.
  await bubble(page, 'power').getByRole('button', { name: en('message.correct.do') }).click()
  await page.getByLabel(en('message.correct.label')).fill('Sent after the power came back.')
  await look(page, 'correcting')
  await press(page, 'message.correct.send')
  await press(page, 'message.held.now')
  await bubble(doctor, 'power').first().getByText('Sent after the power came back.').waitFor()
  await look(page, 'corrected')

  // A note of the team.
  // Who has read how far moves by itself; the rest must not.
  const still = async () => {
    const { thread: now, messages } = await must(page, site, path)
    return { ...now, messages: messages.map(({ id, text }) => [id, text]) }
  }
  const before = await still()
  await doctor.getByLabel(en('inbox.notes.label')).fill('Ask her daughter about the stairs.')
  await press(doctor, 'inbox.notes.add')
  await doctor.getByText('Ask her daughter about the stairs.').waitFor()
  await look(doctor, 'team-note')
  const nurse = await open('nurse', { viewport: phone })
  await visit(nurse, doctor.url())
  // Two who have it open know of each other; the patient knows that somebody has.
  await nurse.getByText(en('message.presence.people', { list: 'Juniper Hale', count: 1 })).waitFor()
  await doctor.getByText(en('message.presence.people', { list: 'Tobias Quill', count: 1 })).waitFor()
  await page.getByText(en('message.presence.team')).waitFor()
  await look(page, 'presence')
  await nurse.getByText('Ask her daughter about the stairs.').waitFor()
  await look(nurse, 'team-note-phone')
  assert.deepEqual(await still(), before)
  for (const where of [path, `/charts/${self.patient}/timeline?limit=200`, `/charts/${self.patient}/access`, '/notices', `/charts/${self.patient}/held`]) assert.ok(!(await ask(page, site, where)).text.includes('stairs'), where)
  assert.ok((await ask(page, site, `/clinic/inbox/${self.patient}/${thread}/notes`)).status >= 403)
  const patientPage = await page.content()
  assert.ok(!patientPage.includes('stairs'))

  // And found again by words.
  await visit(page, `${site.url}/p/${self.patient}/messages`)
  await page.getByLabel(en('message.search.label')).fill('power came')
  await page.getByLabel(en('message.search.label')).press('Enter')
  await page.getByRole('navigation', { name: en('message.search.results') }).getByRole('link').first().waitFor()
  await look(page, 'found')
  assert.ok(!page.url().includes('power'), 'what is looked for stays out of the address')
})

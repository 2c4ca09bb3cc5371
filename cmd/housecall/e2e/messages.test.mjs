// A daughter writes for her mother with a photo, a nurse takes it and answers, and both see it without a reload;
// what cannot wait reaches who is on call, and what she may not see is for her as if it were not there.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { act, ask, found, must, people } from './harness/chart.mjs'
import { settled, visit } from './harness/pages.mjs'
import { picture, require } from './harness/paths.mjs'
import { signIn } from './harness/signin.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, es } from './harness/words.mjs'

const scene = suite()
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** axe finds nothing, nothing scrolls sideways, and there may be a picture. */
async function look(page, name) {
  await settled(page)
  await picture(page, 'messages', name)
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const { violations } = await page.evaluate((chosen) => window.axe.run(document, { resultTypes: ['violations'], runOnly: chosen }), rules)
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`), [], name)
  assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth), 0, `${name} scrolls sideways`)
}

/** A photo as a phone makes it, drawn by the browser itself. */
async function photo(page) {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 })
    const paint = canvas.getContext('2d')
    paint.fillStyle = '#c9b48f'
    paint.fillRect(0, 0, 640, 480)
    paint.fillStyle = '#1f6f7a'
    paint.fillRect(220, 120, 200, 260)
    return canvas.toDataURL('image/jpeg')
  })
  return { name: 'IMG_2041.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(url.split(',')[1], 'base64') }
}

const same = (page) => page.evaluate(() => (window.__same = true))
const unchanged = async (page) => assert.ok(await page.evaluate(() => window.__same === true), 'the page was not loaded again')
const bubble = (page, text) => page.locator('article', { hasText: text })
const box = (page) => page.locator('form[data-compose] textarea')

scene('a caregiver writes with a photo, the nurse takes it and answers', { as: 'caregiver', viewport: phone, timeout: 240_000, expect: [/409 \(Conflict\).*\/held/] }, async ({ page, open, site }) => {
  const { mother } = await people(page, site)
  const given = mother.given.split(' ')[0]
  const nurse = await open('nurse')
  await visit(nurse, `${site.url}/clinic/inbox`)
  await look(nurse, 'inbox-before')
  await same(nurse)

  await visit(page, `${site.url}/people`)
  await page.getByRole('link', { name: new RegExp(mother.name) }).click()
  await page.getByRole('navigation', { name: en('shell.main') }).getByRole('link', { name: en('shell.messages') }).click()
  await page.waitForURL(/\/messages$/)
  await look(page, 'list-before')
  await page.getByRole('link', { name: en('message.newFor', { name: given }) }).click()
  await page.waitForURL(/\/messages\/new$/)
  await settled(page)
  assert.ok(await page.getByRole('region', { name: en('shell.actingBand') }).isVisible(), 'for whom')
  await page.getByRole('button', { name: en('message.sendFor', { name: given }) }).click()
  await page.getByText(en('message.needText')).waitFor()
  // Nothing is sent of what cannot wait before she was shown whom to call.
  await box(page).fill('Could the new salt in her kitchen be a problem? She has chest pain now and then.')
  await page.getByRole('radio', { name: en('message.topic.medicine') }).check()
  await page.getByRole('button', { name: en('message.sendFor', { name: given }) }).click()
  await page.getByRole('heading', { name: en('message.call.emergency') }).waitFor()
  await look(page, 'new-flagged')
  await box(page).fill('Could the new salt in her kitchen be a problem?')
  await page.getByRole('heading', { name: en('message.call.emergency') }).waitFor({ state: 'detached' })
  await page.locator('input[type=file]').setInputFiles(await photo(page))
  await page.getByText(en('message.file.ready')).waitFor()
  await page.getByText(en('message.saved'), { exact: true }).waitFor()

  // Left and opened again, on whatever device: what was begun is there.
  await visit(page, page.url())
  await until('the draft is back', async () => (await box(page).inputValue()).startsWith('Could the new salt'))
  await page.getByText(en('message.file.ready')).waitFor()
  await page.getByRole('radio', { name: en('message.topic.medicine') }).check()
  await look(page, 'new')
  await page.getByRole('button', { name: en('message.sendFor', { name: given }) }).click()
  await page.waitForURL(/\/messages\/[0-9a-f-]{36}$/)
  await bubble(page, 'salt in her kitchen').waitFor()
  await until('the photo shows', () => page.locator('article img').evaluate((image) => image.complete && image.naturalWidth > 0))
  await same(page)
  await look(page, 'thread-sent')

  const row = nurse.getByRole('link', { name: new RegExp(`${mother.name}.*salt in her kitchen`, 's') })
  await row.waitFor()
  await unchanged(nurse)
  await row.click()
  await nurse.getByRole('heading', { level: 2, name: en('message.topic.medicine') }).waitFor()
  await bubble(nurse, 'salt in her kitchen').waitFor()
  await nurse.locator('h1').click()
  await nurse.keyboard.press('c')
  await nurse.getByText(en('inbox.claimedYou')).waitFor()
  await look(nurse, 'inbox-thread')
  await page.getByText(/Read by Tobias Quill/).waitFor()

  // Somebody else has it, and is named.
  const doctor = await open('clinician')
  await visit(doctor, nurse.url())
  await doctor.getByText(en('inbox.claimedBy', { name: 'Tobias Quill' })).waitFor()

  await nurse.keyboard.press('r')
  assert.ok(await box(nurse).evaluate((area) => area === document.activeElement), 'R goes to the box')
  await nurse.keyboard.type('Yes, please stop it today.')
  await nurse.getByRole('button', { name: en('inbox.send'), exact: true }).click()
  await bubble(nurse, 'please stop it today').waitFor()
  assert.ok(await box(nurse).evaluate((area) => area === document.activeElement), 'the focus stays in the box')
  await bubble(page, 'please stop it today').waitFor()
  await unchanged(page)
  await nurse.getByText(/Read by /).waitFor()
  await look(page, 'thread-answered')
  await look(nurse, 'inbox-answered')

  // Closed with a key, and taken back with another.
  await nurse.locator('h1').click()
  await nurse.keyboard.press('e')
  await nurse.getByText(en('inbox.closedUndo'), { exact: true }).waitFor()
  await page.getByText(en('message.turn.closed')).waitFor()
  await nurse.keyboard.press('z')
  await page.getByText(en('message.turn.closed')).waitFor({ state: 'detached' })
  await unchanged(page)
})

scene('without a line the message waits, and goes by itself', { as: 'caregiver', viewport: phone, timeout: 120_000, expect: [/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to load resource/] }, async ({ page, open, site }) => {
  const { mother } = await people(page, site)
  await visit(page, `${site.url}/p/${mother.patient}/messages`)
  await page.getByRole('navigation', { name: en('message.list') }).getByRole('link').first().click()
  await page.waitForURL(/\/messages\/[0-9a-f-]{36}$/)
  await settled(page)
  await same(page)
  await page.context().setOffline(true)
  await page.getByText(en('shell.offline')).waitFor()
  await box(page).fill('She feels fine today.')
  await page.getByRole('button', { name: en('message.sendFor', { name: mother.given.split(' ')[0] }) }).click()
  await page.getByText(en('message.notSent'), { exact: false }).first().waitFor()
  await picture(page, 'messages', 'thread-offline')
  await page.context().setOffline(false)
  await page.getByText(en('message.notSent'), { exact: false }).first().waitFor({ state: 'detached' })
  await bubble(page, 'She feels fine today.').waitFor()
  await unchanged(page)
  const thread = page.url().split('/').at(-1)
  await until('it is there, once', async () => {
    const { messages } = await must(page, site, `/charts/${mother.patient}/threads/${thread}`)
    return messages.filter(({ text }) => text === 'She feels fine today.').length === 1
  })
  // The page is loaded again before the clinic has what was typed: it is in the box, and nobody reads it in the storage.
  const drafts = '**/drafts/**'
  await page.route(drafts, (route) => route.abort())
  await box(page).fill('She asks about her')
  const stored = () => page.evaluate(() => JSON.stringify({ ...sessionStorage }))
  await until('the tab keeps it', async () => (await stored()).includes('housecall.unsent.'))
  assert.doesNotMatch(await stored(), /She asks/)
  await page.reload()
  await until('it is in the box again', async () => (await box(page).inputValue()) === 'She asks about her')
  await page.unroute(drafts)
  await box(page).fill('')
  const nurse = await open('nurse', { viewport: phone })
  await visit(nurse, `${site.url}/clinic/inbox`)
  await look(nurse, 'inbox-phone')
  await nurse.getByRole('link', { name: new RegExp(`${mother.name}.*She feels fine`, 's') }).click()
  await bubble(nurse, 'She feels fine today.').waitFor()
  await look(nurse, 'inbox-thread-phone')
})

/** A photo as an iPhone keeps it, as far as a browser that cannot read such photos looks: the boxes of its head. */
function heic() {
  const atom = (type, ...parts) => {
    const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
    const head = Buffer.alloc(8)
    head.writeUInt32BE(body.length + 8)
    head.write(type, 4, 'latin1')
    return Buffer.concat([head, body])
  }
  return { name: 'IMG_2042.HEIC', mimeType: 'image/heic', buffer: Buffer.concat([atom('ftyp', 'heic\0\0\0\0mif1heic'), atom('meta', Buffer.alloc(40)), atom('mdat', Buffer.alloc(400))]) }
}

scene('a recording is sent and heard; of a photo that cannot be shown everywhere she is told what to do', { as: 'caregiver', viewport: phone, timeout: 120_000 }, async ({ page, open, site }) => {
  const { mother } = await people(page, site)
  const { items: [thread] } = await must(page, site, `/charts/${mother.patient}/threads`)
  await visit(page, `${site.url}/p/${mother.patient}/messages/${thread.id}`)
  assert.equal(await page.getByText(en('message.typing.clinic')).count(), 0, 'nobody is writing')
  await page.locator('input[type=file]').setInputFiles(heic())
  await page.getByText(en('message.file.unreadable')).waitFor()
  await look(page, 'photo-unreadable')
  await page.getByRole('button', { name: en('message.file.remove', { title: en('message.file.photo') }) }).click()

  await page.getByRole('button', { name: en('message.record.do'), exact: true }).click()
  await page.getByText(en('message.record.recording', { time: '0:01' })).waitFor()
  await page.getByRole('button', { name: en('message.record.stop') }).click()
  await page.getByText(en('message.file.ready')).waitFor()
  await look(page, 'recording-ready')
  await page.getByRole('button', { name: en('message.sendFor', { name: mother.given.split(' ')[0] }) }).click()
  await page.getByRole('button', { name: en('message.held.now') }).click()
  await page.locator('article audio').waitFor()
  const nurse = await open('nurse', { viewport: desk })
  await visit(nurse, `${site.url}/clinic/inbox/${mother.patient}/${thread.id}`)
  const sound = nurse.locator('article audio')
  await until('the nurse hears it', () => sound.evaluate(async (audio) => {
    audio.muted = true
    await audio.play()
    return audio.currentTime > 0
  }))
})

scene('what was told, and how to be told', { as: 'caregiver', viewport: phone, timeout: 120_000 }, async ({ page, open, site }) => {
  const { self, mother } = await people(page, site)
  const nurse = await open('nurse', { viewport: desk })
  const { items } = await must(nurse, site, '/clinic/inbox')
  const thread = items.find(({ patient }) => patient === mother.patient)
  await visit(page, `${site.url}/p/${self.patient}`)
  await same(page)
  await visit(nurse, `${site.url}/clinic/inbox/${thread.patient}/${thread.id}`)
  await box(nurse).fill('How is she today?')
  await nurse.getByRole('button', { name: en('inbox.send'), exact: true }).click()
  await until('it is delivered', async () => (await must(nurse, site, `/charts/${thread.patient}/threads/${thread.id}`)).messages.some(({ text }) => text === 'How is she today?'))
  const bell = page.getByRole('link', { name: new RegExp(`^${en('shell.notices')}, `) }).filter({ visible: true })
  await bell.waitFor()
  await unchanged(page)
  await visit(page, `${site.url}/people`)
  await page.getByRole('link', { name: new RegExp(`${mother.name}.*(${en('shell.unread', { count: 1 })}|${en('shell.unread', { count: 2 }).replace('2', '\\d+')})`, 's') }).waitFor()
  await visit(page, `${site.url}/p/${mother.patient}`)
  await page.getByRole('heading', { name: en('home.yourTurn') }).waitFor()
  await look(page, 'home-unread')
  await bell.click()
  await page.getByRole('heading', { level: 1, name: en('notices.title') }).waitFor()
  await look(page, 'notices')
  await page.getByRole('heading', { name: en('notices.ways') }).waitFor()
  const [told] = (await must(page, site, '/notices')).items
  await visit(page, `${site.url}/n/${told.id}`)
  await page.waitForURL(new RegExp(`/p/${mother.patient}/messages/${thread.id}$`))
  await bubble(page, 'How is she today?').waitFor()
  await page.setViewportSize(desk)
  await look(page, 'thread-desk')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.waitForFunction(() => document.documentElement.getAttribute('data-mantine-color-scheme') === 'dark')
  await look(page, 'thread-desk-dark')
})

scene('what she may not see is for a caregiver as if it were not there', { as: 'caregiver', viewport: phone, expect: [/404 \(Not Found\).*\/threads\//] }, async ({ page, open, site }) => {
  const { mother } = await people(page, site)
  const chart = `/charts/${mother.patient}`
  const heard = []
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))))
  await visit(page, `${site.url}/p/${mother.patient}/messages`)
  await until('the page follows her messages', () => heard.some((text) => text.includes(`messages/${mother.patient}`)))
  const state = async () => Promise.all(['/me', '/notices', `${chart}/threads`, `${chart}/message-options`].map(async (where) => (await ask(page, site, where)).text))
  const [before, list] = [await state(), await page.locator('main').innerText()]
  heard.length = 0

  const owner = await open('patient', { viewport: phone })
  const hidden = randomUUID()
  const sent = await act(owner, site, 'POST', `${chart}/threads`, { id: hidden, topic: 'question', text: 'My psychiatrist says schizophrenia. Keep that between us.' })
  assert.equal(sent.status, 201, sent.text)
  await must(owner, site, `${chart}/threads/${hidden}`)
  assert.deepEqual(await state(), before, 'no count and no list moved')
  assert.deepEqual((await found(page, site, `${chart}/messages`, 'schizophrenia')).items, [])
  assert.equal((await found(owner, site, `${chart}/messages`, 'schizophrenia')).items.length, 1, 'who may sees it is found')

  // Whatever is asked of it is answered as of what never was.
  const none = randomUUID()
  const said = ({ status, body }) => ({ status, ...body, id: '', instance: '' })
  for (const [method, rest, data] of [['GET', ''], ['GET', '?limit=1'], ['POST', '/read', { message: hidden }], ['POST', '/typing'], ['POST', '/close'], ['POST', '/reopen'], ['POST', '/messages', { id: randomUUID(), text: 'Hello?' }]]) {
    const at = (thread) => act(page, site, method, `${chart}/threads/${thread}${rest}`, data)
    const answer = said(await at(hidden))
    assert.equal(answer.status, 404, rest)
    assert.deepEqual(answer, said(await at(none)), rest)
  }
  for (const method of ['GET', 'PUT']) {
    const at = (thread) => act(page, site, method, `${chart}/drafts/${thread}`, method === 'PUT' ? { text: 'Hello?' } : undefined)
    assert.deepEqual(said(await at(hidden)), said(await at(none)), `${method} a draft`)
  }
  const hold = (thread) => act(page, site, 'POST', `${chart}/held`, { id: randomUUID(), thread, text: 'Hello?' })
  assert.deepEqual(said(await hold(hidden)), said(await hold(none)))

  // Of what she may see she hears; so a hint of the other would have come by now.
  const plain = await act(owner, site, 'POST', `${chart}/threads`, { id: randomUUID(), topic: 'question', text: 'When is my next visit?' })
  assert.equal(plain.status, 201, plain.text)
  await page.getByRole('navigation', { name: en('message.list') }).getByText('When is my next visit?').waitFor()
  const hints = heard.filter((text) => text.includes(mother.patient))
  assert.equal(hints.filter((text) => text.includes('"chart"')).length, 1, hints.join(' '))
  assert.equal(hints.filter((text) => text.includes('"topic"')).length, 1, hints.join(' '))
  assert.ok(!(await page.locator('main').innerText()).includes('schizophrenia') && !list.includes('schizophrenia'))
  const pageOf = async (thread) => {
    await visit(page, `${site.url}/p/${mother.patient}/messages/${thread}`)
    await page.getByRole('heading', { name: en('message.hidden') }).waitFor()
    await settled(page)
    return page.locator('main').innerText()
  }
  assert.equal(await pageOf(hidden), await pageOf(none))
})

scene('an urgent message in Spanish goes at once, and reaches who is on call', { as: 'patient', viewport: phone, timeout: 240_000, expect: [/409 \(Conflict\).*\/held/, /401 \(Unauthorized\).*\/me\)/, /You are signed out/, /400 \(Bad Request\).*\/auth\/totp/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const [admin, doctor] = [await open(undefined, { viewport: desk }), await open(undefined, { viewport: desk })]
  await signIn(admin, site, 'admin') // who puts somebody into a pool has signed in of late
  await signIn(doctor, site, 'clinician2')
  const { account } = await must(doctor, site, '/me')
  const does = async (method, where, data) => {
    const { status, text, body } = await act(admin, site, method, where, data)
    assert.ok(status < 300, `${method} ${where}: ${status} ${text}`)
    return body
  }
  const { items: [standard] } = await must(admin, site, '/clinic/pools')
  const pool = await does('POST', '/clinic/pools', { name: 'On call', active: true, rules: standard.rules })
  await does('POST', `/clinic/pools/${pool.id}/members`, { account: account.id, role: 'clinician' })
  const { items } = await must(admin, site, '/clinic/escalations')
  const urgent = items.find(({ name }) => name === 'urgent')
  await does('PUT', '/clinic/escalations/urgent', { ...urgent, steps: [{ pool: pool.id, minutes: 5 }] })
  assert.equal((await ask(doctor, site, `/charts/${self.patient}/threads`)).status, 404, 'being on call opens no chart by itself')

  await visit(page, `${site.url}/p/${self.patient}/you`)
  await page.getByRole('radiogroup', { name: en('account.language') }).getByText('Español').click()
  await page.getByRole('heading', { level: 1, name: es('account.title'), exact: true }).waitFor()
  await visit(page, `${site.url}/p/${self.patient}/messages/new`)
  await page.getByRole('radio', { name: es('message.topic.question') }).check()
  await box(page).fill('Desde esta mañana me duele el pecho y no puedo respirar bien.')
  await page.getByText(es('message.saved'), { exact: true }).waitFor()
  await page.getByRole('button', { name: es('message.held.later'), exact: true }).click()
  await page.getByRole('button', { name: es('message.held.choose') }).click()
  const flag = page.getByRole('alert').filter({ has: page.getByRole('heading', { name: es('message.call.emergency') }) })
  await flag.getByText(es('message.call.atOnce')).waitFor()
  assert.match(await flag.getByRole('link').first().getAttribute('href'), /^tel:/)
  await until('it is in view', () => flag.getByRole('link').first().evaluate((link) => link.getBoundingClientRect().top > 0 && link.getBoundingClientRect().bottom < window.innerHeight))
  await look(page, 'urgent-spanish')
  assert.deepEqual((await must(page, site, `/charts/${self.patient}/held`)).items, [], 'nothing waits')
  assert.ok(!(await ask(page, site, `/charts/${self.patient}/threads`)).text.includes('pecho'), 'and nothing was sent')
  await flag.getByRole('button', { name: es('message.call.sendNow') }).click()
  await page.waitForURL(/\/messages\/[0-9a-f-]{36}$/)
  await bubble(page, 'me duele el pecho').waitFor()
  await page.getByText(es('message.turn.urgent'), { exact: false }).waitFor()
  await look(page, 'urgent-thread')

  const thread = page.url().split('/').at(-1)
  await until('who is on call was told', async () => (await must(doctor, site, '/notices')).items.length > 0)
  await visit(doctor, `${site.url}/clinic/inbox/${self.patient}/${thread}`)
  await bubble(doctor, 'me duele el pecho').waitFor()
  assert.equal((await must(doctor, site, `/charts/${self.patient}/threads/${thread}`)).thread.priority, 'urgent')
  await look(doctor, 'urgent-clinic')
  await doctor.locator('h1').click()
  await doctor.keyboard.press('c')
  await doctor.getByText(en('inbox.claimedYou')).waitFor()
  await page.getByText(es('message.turn.has', { name: account.name }), { exact: false }).waitFor()
})

// How people are told outside the app: a browser that rings, the ways and their order, a number, one person told
// of otherwise, an e-mail that ends e-mails, and what the administrator sees of it.
//
// The PushManager is a stand-in: Chromium's own needs a push service on the internet. All else is real: the
// site encrypts and sends, a local push service reads it as a browser does, and the service worker that runs in
// Chromium gets what came out; what it shows is written down instead of shown.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { openProfile } from './harness/browser.mjs'
import { must, people } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { mailServer, pushService, smsGateway } from './harness/mailbox.mjs'
import { settled, visit } from './harness/pages.mjs'
import { suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, es } from './harness/words.mjs'

const [mail, sms, push] = await Promise.all([mailServer(), smsGateway(), pushService()])
after(() => [mail, sms, push].forEach((one) => one.close()))
const scene = suite({
  env: {
    HOUSECALL_WEB_PUSH: 'mailto:it@clinic.test', HOUSECALL_SMTP_URL: `smtp://127.0.0.1:${mail.port}?from=portal@clinic.test`,
    HOUSECALL_SMS_URL: `http://:token@127.0.0.1:${sms.port}/messages?from=%2B15550100`,
  },
})

/** Stands in for the browser's PushManager. */
function standIn({ endpoint, p256dh, auth }) {
  let kept = null
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' })
  Notification.requestPermission = async () => 'granted'
  PushManager.prototype.getSubscription = async () => kept
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => (kept = {
    endpoint, options: { applicationServerKey: applicationServerKey.buffer }, toJSON: () => ({ endpoint, keys: { p256dh, auth } }), unsubscribe: async () => Boolean((kept = null)) || true,
  })
}

/** The page's service worker; what it shows is written down instead. */
async function watchWorker(page) {
  const worker = page.context().serviceWorkers()[0]
  assert.ok(worker, 'the page has a service worker')
  await worker.evaluate(() => {
    self.told = []
    self.registration.showNotification = async (title, { body, tag, renotify, data }) => void self.told.push({ title, body, tag, renotify, data })
  })
  return { worker, shown: () => worker.evaluate(() => self.told) }
}

/** A push event with this text, until the worker has done with it. */
const ring = (worker, text) => worker.evaluate(async (text) => {
  let done
  self.dispatchEvent(Object.assign(new Event('push'), { data: { json: () => JSON.parse(text) }, waitUntil: (work) => (done = work) }))
  await done
}, text)

async function tell(page, site, patient, text) {
  const { csrf } = await must(page, site, '/me')
  const { items } = await must(page, site, `/charts/${patient}/threads`)
  const answer = await page.context().request.post(`${site.url}/api/v1/charts/${patient}/threads/${items[0].id}/messages`, {
    data: { id: crypto.randomUUID(), text }, headers: { 'X-CSRF-Token': csrf, Origin: site.url },
  })
  assert.equal(answer.status(), 201, await answer.text())
  return items[0].id
}

scene('a browser rings, and its link leads to the message', { as: 'patient', worker: true, timeout: 240_000 }, async ({ page, open, site }) => {
  const wrong = []
  const { self } = await people(page, site)
  await page.context().grantPermissions(['notifications'], { origin: site.url })
  await page.addInitScript(standIn, push)
  await visit(page, `${site.url}/p/${self.patient}/you/notifications`)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await look(page, 'notifications-ways', wrong)
  await page.getByRole('button', { name: en('notices.ringHere') }).click()
  await page.getByRole('button', { name: en('notices.ringNoMore') }).waitFor()
  await page.getByText(en('notices.browsers_one', { count: 1 })).waitFor()
  await look(page, 'notifications-rings', wrong)

  const nurse = await open('nurse')
  const thread = await tell(nurse, site, self.patient, 'Your potassium is fine again.')
  await until('the push service has it', () => push.pushes.length > 0, { within: 60_000 })
  const [{ text, topic, vapid }] = push.pushes
  assert.match(text, /^\{"id":"[\w-]{22}"\}$/)
  assert.equal(JSON.parse(text).id, topic)
  assert.match(vapid, /^vapid t=/)

  // The worker of this very page gets it, as Chromium would hand it over.
  const { worker, shown } = await watchWorker(page)
  await ring(worker, text)
  const [first] = await shown()
  assert.deepEqual(first, { title: 'Housecall', body: 'You have a new message', tag: topic, renotify: false, data: { id: topic } })
  await ring(worker, 'no id at all')
  assert.deepEqual((await shown())[1].data, { id: '' }, 'what cannot be read is shown all the same, and leads home')

  await visit(page, `${site.url}/n/${topic}`)
  await page.waitForURL(new RegExp(`/p/${self.patient}/messages/${thread}$`))

  // In Spanish it says the same in Spanish.
  await visit(page, `${site.url}/p/${self.patient}/you`)
  await page.getByText('Español').click()
  await page.getByRole('heading', { name: es('account.title') }).waitFor()
  await until('the worker knows the language', async () => {
    await ring(worker, '{"id":"AAAAAAAAAAAAAAAAAAAAAA"}')
    return (await shown()).at(-1).body === 'Tiene un mensaje nuevo'
  })
  await visit(page, `${site.url}/p/${self.patient}/you/notifications`)
  await look(page, 'notifications-es', wrong)
  await page.getByRole('button', { name: es('notices.ringHere') }).click() // the stand-in forgets with its page
  await page.getByRole('button', { name: es('notices.ringNoMore') }).click()
  await page.getByText(es('notices.noPlace')).waitFor()
  assert.deepEqual(wrong, [])
})

scene('the order of the ways, a number, and one parent told of otherwise', { as: 'caregiver', timeout: 240_000 }, async ({ page, site }) => {
  const wrong = []
  const { mother } = await people(page, site)
  const told = () => must(page, site, '/me/notifications')
  const first = (await told()).people ?? []
  assert.deepEqual(first, [])
  await visit(page, `${site.url}/p/${mother.patient}/you/notifications`)
  await page.getByRole('button', { name: en('notices.earlier', { way: en('notices.way.sms') }) }).click()
  await until('texts come before mails', async () => (await told()).order.join() === 'push,sms,email')

  await page.getByRole('button', { name: en('notices.smsGive') }).click()
  await page.getByLabel(en('notices.smsNumber')).fill('+1 555 010 0199')
  await page.getByRole('button', { name: en('notices.smsSend') }).click()
  await page.getByLabel(en('notices.smsCode')).waitFor()
  await look(page, 'notifications-code', wrong)
  const code = /\d{6}/.exec(sms.texts.at(-1).text)[0]
  await page.getByLabel(en('notices.smsCode')).fill(code)
  await page.getByRole('button', { name: en('notices.smsConfirm') }).click()
  await page.getByText(en('notices.smsTo', { number: '…0199' })).waitFor()

  await page.getByRole('button', { name: `${en('notices.changeFor')} ${mother.name}` }).click()
  await page.getByRole('table', { name: new RegExp(mother.name) }).getByRole('checkbox', { name: `${en('notices.kindOf.appointment')}, ${en('notices.short.email')}` }).click()
  await page.getByText(en('notices.otherwise'), { exact: true }).waitFor()
  await page.getByLabel(en('notices.digest')).click()
  await until('one mail a day is kept', async () => (await told()).digest.on)
  await page.getByLabel(en('notices.quiet')).click()
  await until('quiet hours are kept', async () => (await told()).quiet.on)
  await settled(page)
  await page.evaluate(() => window.scrollTo(0, 0)) // from where one comes in, not with half a tick below the bar
  await look(page, 'notifications-people', wrong)
  const kept = await told()
  assert.deepEqual(kept.people.map(({ patient, kinds }) => [patient, kinds.appointment.email, kinds.message.email]), [[mother.patient, false, true]])
  assert.ok(kept.kinds.appointment.email, 'the others are told as before')
  assert.deepEqual(wrong, [])
})

scene('an e-mail ends e-mails of its kind without signing in, and back', { as: 'patient', timeout: 240_000 }, async ({ page, open, site, browser }) => {
  const wrong = []
  const { self } = await people(page, site)
  const nurse = await open('nurse')
  // Mail first, so that nobody waits for a device.
  const { csrf } = await must(page, site, '/me')
  const now = await must(page, site, '/me/notifications')
  const kept = await page.context().request.put(`${site.url}/api/v1/me/notifications`, { data: { ...now, order: ['email', 'push', 'sms'] }, headers: { 'X-CSRF-Token': csrf, Origin: site.url } })
  assert.equal(kept.status(), 200, await kept.text())
  const before = mail.mails.length
  await tell(nurse, site, self.patient, 'Please come in on Tuesday.')
  await until('the mail is there', () => mail.mails.length > before, { within: 60_000 })
  const letter = mail.mails.at(-1)
  assert.match(letter, /List-Unsubscribe-Post: List-Unsubscribe=One-Click/)
  const link = /List-Unsubscribe: ?<([^>]+)>/.exec(letter)[1].replace(/\s/g, '')
  const context = await openProfile(browser)
  try {
    const stranger = await context.newPage()
    await stranger.goto(link)
    await stranger.getByRole('heading', { name: en('notices.stop.title') }).waitFor()
    await look(stranger, 'unsubscribe', wrong)
    const wants = async () => (await must(page, site, '/me/notifications')).kinds.message.email
    assert.ok(await wants(), 'opening it ends nothing')
    await stranger.getByRole('button', { name: en('notices.stop.go') }).click()
    await stranger.getByRole('heading', { name: en('notices.stop.doneTitle') }).waitFor()
    await look(stranger, 'unsubscribed', wrong)
    assert.equal(await wants(), false)
    await stranger.getByRole('button', { name: en('notices.stop.undo') }).click()
    await stranger.getByText(en('notices.stop.undone')).waitFor()
    assert.ok(await wants())
    // As a mail program does it.
    const one = await context.request.post(link, { form: { 'List-Unsubscribe': 'One-Click' } })
    assert.equal(one.status(), 204)
    assert.equal(await wants(), false)
  } finally {
    await context.close()
  }
  assert.deepEqual(wrong, [])
})

scene('the administrator sees numbers and nobody', { as: 'admin', timeout: 120_000 }, async ({ page, site }) => {
  const wrong = []
  await visit(page, `${site.url}/clinic`)
  await page.getByRole('link', { name: new RegExp(en('clinic.delivery')) }).click()
  await page.getByRole('heading', { name: en('delivery.title') }).waitFor()
  await page.getByRole('cell', { name: en('delivery.state.sent') }).first().waitFor()
  await look(page, 'delivery', wrong)
  const text = await page.locator('main, body').first().innerText()
  assert.doesNotMatch(text, /Rosa|Delgado|@|potassium|Tuesday/)
  assert.deepEqual(wrong, [])
})

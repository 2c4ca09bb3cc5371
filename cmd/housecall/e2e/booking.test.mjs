// Booking: few taps for the patient, one winner for a time, and the clinic's day with the same visits.
import assert from 'node:assert/strict'
import { must, people } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, patternOf } from './harness/words.mjs'
import { zone } from './harness/zone.mjs'

const scene = suite()
const tab = (page, name) => page.getByRole('navigation', { name: en('shell.main') }).locator('visible=true').getByRole('link', { name: en(name) })
const slots = (page) => page.locator('input[name="slot"]')
const chosen = (page) => page.locator('input[name="slot"]:checked')
const coming = async (page, site, patient) => (await must(page, site, `/charts/${patient}/appointments?when=coming&limit=50`)).items
const card = (page, words) => page.getByRole('listitem').filter({ hasText: words })

scene('a patient books the earliest time in four taps, and it is there after a reload', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  const { self } = await people(page, site)
  const before = await coming(page, site, self.patient)
  await visit(page, site.url)
  let taps = 0
  const tap = async (target) => {
    taps += 1
    await target.tap()
    await settled(page)
  }
  await tap(tab(page, 'shell.visits'))
  await tap(page.getByRole('link', { name: en('appointment.book') }))
  assert.equal(await chosen(page).count(), 1, 'the earliest time is chosen')
  assert.equal(await chosen(page).getAttribute('value'), await slots(page).first().getAttribute('value'))
  // More times of a day: the button goes, and the focus goes on where it was.
  const more = page.locator('button', { hasText: patternOf(en('book.moreTimes', { count: '{{count}}' })) }).first()
  const had = await slots(page).count()
  await more.focus()
  await page.keyboard.press('Enter')
  await until('more times are there', async () => (await slots(page).count()) > had)
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('name')), 'slot')
  assert.equal(await chosen(page).getAttribute('value'), await slots(page).first().getAttribute('value'), 'what was chosen stays chosen')
  const why = page.getByLabel(en('book.why'))
  await tap(why)
  await why.fill('My knee hurts at night')
  await tap(page.getByRole('button', { name: en('book.go') }))
  await page.getByText(en('appointment.booked')).waitFor()
  assert.ok(taps <= 4, `${taps} taps`)
  const after = await coming(page, site, self.patient)
  const made = after.find(({ id }) => !before.some((old) => old.id === id))
  assert.equal(after.length, before.length + 1)
  assert.equal(made.reason, 'My knee hurts at night')
  await page.reload()
  await settled(page)
  await card(page, 'My knee hurts at night').waitFor()
  assert.equal(await page.getByText(en('appointment.booked')).count(), 0, 'it is said once')
})

scene('two want the same time: one gets it, the other is told kindly, and keeps what was typed', { as: 'patient', viewport: phone, expect: [/status of 409/] }, async ({ page, open, site }) => {
  const other = await open('caregiver', { viewport: phone })
  const { self } = await people(page, site)
  const { self: elena, mother, child } = await people(other, site)
  const pages = [page, other]
  const reason = 'Two questions about my pills'
  const go = (one) => one.getByRole('button', { name: en('book.go') }).or(one.getByRole('button', { name: patternOf(en('book.goFor', { name: '{{name}}' })) }))
  await visit(page, `${site.url}/p/${self.patient}/visits/book`)
  // Both choose the same person's same time: for somebody whom the same doctor treats.
  let wanted
  let whom
  for (whom of [elena, child, mother]) {
    await visit(other, `${site.url}/p/${whom.patient}/visits/book`)
    const offers = await Promise.all(pages.map((one) => slots(one).evaluateAll((all) => all.map(({ value }) => value))))
    wanted = offers[0].find((id) => offers[1].includes(id))
    if (wanted) break
  }
  assert.ok(wanted, 'the same time is offered to both')
  for (const one of pages) {
    await one.locator(`input[name="slot"][value="${wanted}"]`).check()
    await one.getByLabel(en('book.why')).fill(reason)
  }
  await Promise.all(pages.map((one) => go(one).tap()))
  const booked = (one) => one.getByText(en('appointment.booked')).count()
  const taken = (one) => one.getByRole('alert').filter({ hasText: en('book.taken') }).count()
  await until('each has an answer', async () => (await Promise.all(pages.map(async (one) => (await booked(one)) + (await taken(one))))).every((n) => n === 1))
  const [wins, losses] = [await Promise.all(pages.map(booked)), await Promise.all(pages.map(taken))]
  assert.deepEqual([wins.filter(Boolean).length, losses.filter(Boolean).length], [1, 1])
  const loser = pages[losses.indexOf(1)]
  await settled(loser)
  assert.match(await loser.getByRole('alert').innerText(), new RegExp(patternOf(en('book.takenText', { when: '{{when}}' })).source.slice(1, -1), 's'))
  assert.equal(await loser.getByLabel(en('book.why')).inputValue(), reason, 'nothing typed is lost')
  const next = await chosen(loser).getAttribute('value')
  assert.ok(next && next !== wanted, 'another time is chosen already')
  assert.equal(await loser.locator(`input[name="slot"][value="${wanted}"]`).count(), 0, 'the taken time is not offered')
  await go(loser).tap()
  await loser.getByText(en('appointment.booked')).waitFor()
  const all = [...await coming(page, site, self.patient), ...(whom.patient === self.patient ? [] : await coming(other, site, whom.patient))].filter((one) => one.reason === reason)
  assert.equal(all.length, 2)
  assert.notEqual(`${all[0].start} ${all[0].practitioner.id}`, `${all[1].start} ${all[1].practitioner.id}`)
})

scene('a visit gets another time, and is cancelled after being asked once', { as: 'patient' }, async ({ page, site }) => {
  const { self } = await people(page, site)
  const reason = 'A cough that stays'
  await visit(page, `${site.url}/p/${self.patient}/visits/book`)
  await page.getByLabel(en('book.why')).fill(reason)
  await slots(page).nth(3).check()
  await page.getByRole('button', { name: en('book.go') }).click()
  await card(page, reason).waitFor()
  const first = (await coming(page, site, self.patient)).find((one) => one.reason === reason)

  await card(page, reason).getByRole('link', { name: patternOf(en('appointment.changeAt', { when: '{{when}}' })) }).click()
  await page.waitForURL(/\?change=/)
  await settled(page)
  await page.reload()
  await settled(page)
  await slots(page).nth(1).check()
  await page.getByRole('button', { name: en('book.goChange') }).click()
  await page.getByText(en('appointment.moved')).waitFor()
  const moved = (await coming(page, site, self.patient)).filter((one) => one.reason === reason)
  assert.equal(moved.length, 1, 'the old time is given back')
  assert.notEqual(moved[0].start, first.start)

  const cancel = card(page, reason).getByRole('button', { name: patternOf(en('appointment.cancelAt', { when: '{{when}}' })) })
  await cancel.click()
  await page.keyboard.press('Escape')
  await until('the focus is back', () => cancel.evaluate((button) => button === document.activeElement))
  await cancel.click()
  await page.getByRole('button', { name: en('appointment.cancelGo') }).click()
  await page.getByText(patternOf(en('appointment.cancelled', { day: '{{day}}', time: '{{time}}' }))).waitFor()
  await until('it is gone', async () => (await coming(page, site, self.patient)).every((one) => one.reason !== reason))
})

scene('the front desk books for a patient, the day shows it at once, and cancels it', { as: 'frontdesk' }, async ({ page, open, site }) => {
  const reason = 'Called by phone: dizzy'
  await visit(page, `${site.url}/clinic/today`)
  await page.keyboard.press('/')
  await page.keyboard.type('rosa')
  await page.getByRole('complementary').getByRole('link', { name: /^Rosa/ }).click()
  await page.waitForURL(/\/book$/)
  await settled(page)
  await page.getByLabel(en('book.why')).fill(reason)
  await page.getByRole('button', { name: patternOf(en('book.goFor', { name: '{{name}}' })) }).click()
  await page.getByText(en('appointment.booked')).waitFor()
  const patient = page.url().split('/').at(-2)
  const made = (await coming(page, site, patient)).find((one) => one.reason === reason)
  assert.ok(made)

  const rosa = await open('patient', { viewport: phone })
  await visit(rosa, `${site.url}/p/${patient}/visits`)
  await card(rosa, reason).waitFor()

  const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(made.start))
  await visit(page, `${site.url}/clinic/today?date=${day}&whose=all`)
  const row = page.getByRole('listitem').filter({ hasText: reason })
  await row.getByRole('button', { name: patternOf(en('day.cancelOf', { name: '{{name}}', time: '{{time}}' })) }).click()
  await row.getByRole('button', { name: en('day.cancelGo') }).click()
  await row.getByText(en('day.tag.cancelled'), { exact: true }).waitFor()
  await until('the patient’s page says so by itself', async () => (await card(rosa, reason).getByText(en('appointment.state.cancelled')).count()) > 0 || (await card(rosa, reason).count()) === 0)
})

scene('keys alone: G T goes to the day, arrows to other days, J to a visit', { as: 'clinician' }, async ({ page, site }) => {
  await visit(page, `${site.url}/clinic`)
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await page.waitForURL(/\/clinic\/today/)
  await settled(page)
  const today = await page.locator('h1').innerText()
  await page.keyboard.press('ArrowRight')
  await until('the day after', async () => (await page.locator('h1').innerText()) !== today)
  await page.keyboard.press('t')
  await until('today again', async () => (await page.locator('h1').innerText()) === today)
  await page.keyboard.press('m')
  await page.waitForURL(/whose=all/)
  await settled(page)
  await page.keyboard.press('j')
  await until('a visit is marked', async () => (await page.locator('[data-at="true"]').count()) === 1)
})

scene('an administrator says where the clinic may treat, and what is asked before a visit', { as: 'admin', timeout: 120_000 }, async ({ page, site }) => {
  const wrong = []
  await visit(page, `${site.url}/clinic/visit-rules`)
  await page.getByText(en('rules.everywhere'), { exact: true }).waitFor()
  await page.getByLabel(en('place.state'), { exact: true }).selectOption('OR')
  await page.getByRole('button', { name: en('rules.add'), exact: true }).click()
  await page.getByRole('button', { name: en('rules.remove', { name: 'Oregon, United States' }) }).waitFor()
  await page.getByRole('radio', { name: en('rules.refuse') }).check()
  await page.getByRole('button', { name: en('rules.save'), exact: true }).last().click()
  await page.getByText(en('rules.saved'), { exact: true }).waitFor()
  await page.getByLabel(en('rules.clinic'), { exact: true }).selectOption('medicines')
  await page.getByRole('button', { name: en('rules.save'), exact: true }).first().click()
  await page.getByText(en('rules.saved'), { exact: true }).nth(1).waitFor()
  await look(page, 'visit-rules', wrong)
  await page.reload()
  await page.getByRole('button', { name: en('rules.remove', { name: 'Oregon, United States' }) }).waitFor()
  assert.equal(await page.getByLabel(en('rules.clinic'), { exact: true }).inputValue(), 'medicines')
  assert.deepEqual(wrong, [])
})

// Two of the clinic reach for one message, one has it; the rest of an inbox's work by keyboard; an administrator's pools.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { must, people } from './harness/chart.mjs'
import { settled, visit } from './harness/pages.mjs'
import { picture, require } from './harness/paths.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

async function look(page, name) {
  await settled(page)
  await picture(page, 'inbox', name)
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const { violations } = await page.evaluate((chosen) => window.axe.run(document, { resultTypes: ['violations'], runOnly: chosen }), rules)
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`), [], name)
  assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth), 0, `${name} scrolls sideways`)
}

const box = (page) => page.locator('form[data-compose] textarea')

/** Begins a conversation as the caregiver, for her mother. */
async function ask(page, site, text) {
  const { mother } = await people(page, site)
  await visit(page, `${site.url}/p/${mother.patient}/messages/new`)
  await page.getByRole('radio', { name: en('message.topic.question') }).check()
  await box(page).fill(text)
  await page.getByRole('button', { name: en('message.sendFor', { name: mother.given.split(' ')[0] }) }).click()
  await page.waitForURL(/\/messages\/[0-9a-f-]{36}$/)
  const thread = page.url().split('/').at(-1)
  await until('it is handed over', () => must(page, site, `/charts/${mother.patient}/threads/${thread}`))
  return { patient: mother.patient, thread }
}

scene('two reach for one message, and one has it', { as: 'caregiver', viewport: phone, timeout: 240_000, expect: [/status of 409/] }, async ({ page, open, site }) => {
  const { patient, thread } = await ask(page, site, 'Is it normal that she sleeps so much?')
  const [nurse, doctor] = [await open('nurse', { viewport: desk }), await open('clinician', { viewport: desk })]
  const both = [nurse, doctor]
  await Promise.all(both.map((one) => visit(one, `${site.url}/clinic/inbox/${patient}/${thread}`)))
  await Promise.all(both.map((one) => one.getByRole('button', { name: new RegExp(en('inbox.claim')) }).waitFor()))
  await Promise.all(both.map((one) => one.locator('h1').click()))
  await Promise.all(both.map((one) => one.keyboard.press('c')))
  const has = (one) => one.getByText(en('inbox.claimedYou')).count()
  await until('one has it', async () => (await has(nurse)) + (await has(doctor)) === 1)
  const [winner, loser, name] = (await has(nurse)) ? [nurse, doctor, 'Tobias Quill'] : [doctor, nurse, 'Juniper Hale']
  await loser.getByText(new RegExp(name)).first().waitFor()
  assert.equal(await loser.getByRole('button', { name: new RegExp(en('inbox.claim')) }).count(), 0, 'it is not offered any more')
  await look(loser, 'lost')

  // Handed over with a word that the caregiver does not see.
  await winner.locator('h1').click()
  await winner.keyboard.press('h')
  const dialog = winner.getByRole('dialog')
  await dialog.getByLabel(en('inbox.handTo'), { exact: true }).selectOption({ index: 1 })
  await dialog.getByLabel(en('inbox.note')).fill('You know her best.')
  await look(winner, 'hand')
  await dialog.getByRole('button', { name: en('inbox.handGo') }).click()
  await dialog.waitFor({ state: 'detached' })
  await winner.getByText(en('inbox.way'), { exact: false }).click()
  await winner.getByText('You know her best.').waitFor()
  await winner.getByLabel(en('inbox.priority')).last().selectOption('urgent')
  await look(winner, 'way')
  assert.ok(!(await page.content()).includes('You know her best.'))
  const { messages } = await must(page, site, `/charts/${patient}/threads/${thread}`)
  assert.ok(!JSON.stringify(messages).includes('You know her best.'))

  // It becomes a task; and is answered and closed in one step.
  await winner.locator('h1').click()
  await winner.keyboard.press('b')
  await look(winner, 'become')
  await winner.getByRole('dialog').getByRole('button', { name: en('inbox.becomeGo') }).click()
  await winner.getByRole('dialog').waitFor({ state: 'detached' })
  await winner.getByRole('link', { name: en('inbox.made.task') }).waitFor()
  await winner.locator('h1').click()
  await winner.keyboard.press('r')
  await winner.keyboard.type('It is. Please call if she is hard to wake.')
  await winner.keyboard.press('Control+Enter')
  await winner.getByText(en('inbox.closedUndo'), { exact: true }).waitFor()
  await page.locator('article', { hasText: 'hard to wake' }).waitFor()
})

scene('many are worked through by keyboard and at once', { as: 'caregiver', viewport: phone, timeout: 240_000 }, async ({ page, open, site }) => {
  for (const n of [1, 2, 3]) await ask(page, site, `Question number ${n}`)
  const nurse = await open('nurse', { viewport: desk })
  await visit(nurse, `${site.url}/clinic/inbox`)
  await nurse.getByText('Question number 3').waitFor()
  await nurse.locator('h1').click()
  await nurse.keyboard.press('j')
  await nurse.keyboard.press('x')
  await nurse.keyboard.press('j')
  await nurse.keyboard.press('x')
  await nurse.getByText(en('inbox.chosen_other', { count: 2 })).waitFor()
  await look(nurse, 'bulk')
  await nurse.getByRole('group', { name: en('inbox.bulk') }).getByRole('button', { name: en('inbox.claim') }).click()
  await nurse.getByRole('group', { name: en('inbox.bulk') }).waitFor({ state: 'detached' })
  const { counts } = await must(nurse, site, '/clinic/inbox?view=mine')
  assert.ok(counts.mine >= 2)
  const chosen = (await must(nurse, site, '/clinic/inbox')).items.slice(0, 2).map(({ id }) => id)

  // Both go to the doctor in one step, with a word, without the mouse.
  await nurse.keyboard.press('x')
  await nurse.keyboard.press('k')
  await nurse.keyboard.press('x')
  await nurse.getByText(en('inbox.chosen_other', { count: 2 })).waitFor()
  await nurse.keyboard.press('h')
  const dialog = nurse.getByRole('dialog', { name: en('inbox.handSome_other', { count: 2 }) })
  await dialog.getByLabel(en('inbox.handTo'), { exact: true }).selectOption({ label: 'Dr. Juniper Hale' })
  await dialog.getByLabel(en('inbox.note')).fill('Both are for you.')
  await look(nurse, 'bulk-hand')
  await dialog.getByRole('button', { name: en('inbox.handGo') }).click()
  await dialog.waitFor({ state: 'detached' })
  const handed = (await must(nurse, site, '/clinic/inbox')).items.filter(({ id }) => chosen.includes(id))
  assert.deepEqual(handed.map(({ claimedBy }) => claimedBy.name), ['Dr. Juniper Hale', 'Dr. Juniper Hale'])
  await nurse.getByText(en('inbox.narrow')).click()
  await look(nurse, 'narrow')
  const small = await open('nurse', { viewport: phone })
  await visit(small, `${site.url}/clinic/inbox`)
  await look(small, 'phone')
})

/** Begins conversations of a chart beside the pages, each with its number. */
async function begun(page, site, patient, numbers) {
  const { csrf } = await must(page, site, '/me')
  const headers = { 'X-CSRF-Token': csrf, Origin: site.url }
  return Promise.all(numbers.map(async (n) => {
    const answer = await page.context().request.post(`${site.url}/api/v1/charts/${patient}/threads`, { headers, data: { id: crypto.randomUUID(), topic: 'other', subject: `Number ${n}`, text: `This is message ${n}.` } })
    assert.equal(answer.status(), 201, await answer.text())
    return (await answer.json()).thread.id
  }))
}

scene('fifty messages are answered by a phrase and closed, by the keyboard alone', { as: 'caregiver', viewport: phone, timeout: 240_000 }, async ({ page, open, site }) => {
  const many = 50
  const [mother, doctor, nurse] = [await open('patient', { viewport: phone }), await open('clinician', { viewport: desk }), await open('nurse', { viewport: desk })]
  const patient = (await people(page, site)).mother.patient
  const from = (first, last) => Array.from({ length: last - first + 1 }, (_, n) => first + n)
  // One person sends twenty a minute.
  const ids = (await Promise.all([begun(mother, site, patient, from(1, 19)), begun(page, site, patient, from(20, 34)), begun(doctor, site, patient, from(35, many))])).flat()
  await visit(nurse, `${site.url}/clinic/inbox?topic=other`)
  await nurse.getByText('This is message 1.', { exact: true }).waitFor()
  await nurse.keyboard.press('j')
  await nurse.keyboard.press('Enter')
  const done = []
  for (let n = 0; n < many; n++) {
    await nurse.waitForFunction((before) => !before.includes(location.pathname.split('/').at(-1)) && document.querySelector('#inbox-thread')?.textContent.startsWith('Number'), done)
    const id = new URL(nurse.url()).pathname.split('/').at(-1)
    await nurse.waitForFunction((number) => document.querySelector('#inbox-thread')?.textContent === number, `Number ${ids.indexOf(id) + 1}`)
    await nurse.keyboard.press('r')
    await nurse.keyboard.type('.thanks ')
    await nurse.waitForFunction(() => document.activeElement.value?.startsWith('Dear Rosa,'))
    await nurse.keyboard.press('Control+Enter')
    done.push(id)
  }
  await nurse.getByText(en('inbox.none'), { exact: true }).waitFor()
  assert.equal((await must(nurse, site, '/clinic/inbox?topic=other')).items.length, 0)
  await until('the first answer is there', async () => (await must(page, site, `/charts/${patient}/threads/${ids[0]}`)).messages.some(({ text, from }) => from.side === 'clinic' && text.startsWith('Dear Rosa,')))
})

scene('phrases are written, previewed, removed and taken back', { as: 'nurse', viewport: desk, timeout: 180_000 }, async ({ page, open, site }) => {
  await visit(page, `${site.url}/clinic/phrases`)
  await page.getByRole('button', { name: /^\.thanks/ }).click()
  await page.getByText(en('phrases.fixed')).waitFor()
  await look(page, 'phrase-clinic')
  await page.getByRole('button', { name: en('phrases.add') }).click()
  await page.getByRole('button', { name: en('phrases.save'), exact: true }).click()
  await page.getByRole('link', { name: en('phrases.needName') }).waitFor()
  await page.getByLabel(en('phrases.name'), { exact: true }).fill('sugar')
  await page.getByLabel(en('phrases.text'), { exact: true }).fill('Dear ')
  await page.getByRole('button', { name: en('phrases.field.first'), exact: true }).click()
  await page.keyboard.type(', {wrong} ')
  assert.equal(await page.getByLabel(en('phrases.text'), { exact: true }).inputValue(), 'Dear {first}, {wrong} ')
  await page.getByText(en('phrases.unknown', { list: '{wrong}' })).waitFor()
  await look(page, 'phrase-unknown')
  await page.getByLabel(en('phrases.text'), { exact: true }).fill('Dear {first}, your sugar was ')
  await page.getByLabel(en('phrases.test'), { exact: true }).fill('glucose')
  await page.keyboard.press('Enter')
  await page.getByText('Dear Ida, your sugar was 4.3 mmol/L', { exact: false }).waitFor()
  await page.getByRole('button', { name: en('phrases.save'), exact: true }).click()
  await page.getByText(en('phrases.saved')).waitFor()
  await look(page, 'phrase')
  const small = await open('nurse', { viewport: phone })
  await visit(small, `${site.url}/clinic/phrases`)
  await look(small, 'phrases-phone')
  await small.getByRole('button', { name: /^\.sugar/ }).click()
  await look(small, 'phrase-phone')
  await page.getByRole('button', { name: en('phrases.remove'), exact: true }).click()
  const kept = async () => (await must(page, site, '/clinic/phrases')).items.some(({ name, text }) => name === 'sugar' && text.includes('{result:glucose}'))
  await until('it is gone', async () => !(await kept()))
  await page.getByRole('button', { name: en('phrases.undo') }).click()
  await until('it is back', kept)
})

scene('who leads a pool says when a colleague is out', { as: 'nurse', viewport: desk, timeout: 180_000 }, async ({ page, open, site }) => {
  await visit(page, `${site.url}/clinic/inbox`)
  await page.getByRole('link', { name: en('inbox.out') }).click()
  await page.getByRole('button', { name: en('coverage.go'), exact: true }).click()
  await page.getByRole('link', { name: en('coverage.needBy') }).waitFor()
  await look(page, 'out-refused')
  const day = (by) => new Date(Date.now() + by * 86_400_000).toISOString().slice(0, 10)
  await page.getByLabel(en('coverage.who'), { exact: true }).selectOption({ label: 'Dr. Juniper Hale' })
  await page.getByLabel(en('coverage.first'), { exact: true }).fill(day(3))
  await page.getByLabel(en('coverage.last'), { exact: true }).fill(day(10))
  await page.getByLabel(en('coverage.standsIn'), { exact: true }).selectOption({ label: 'Tobias Quill' })
  await page.getByRole('button', { name: en('coverage.go'), exact: true }).click()
  await page.getByRole('region', { name: en('coverage.later') }).getByText('Dr. Juniper Hale', { exact: true }).waitFor()
  await look(page, 'out')
  const doctor = await open('clinician', { viewport: phone })
  await visit(doctor, `${site.url}/clinic/out`)
  await look(doctor, 'out-phone')
  await doctor.getByRole('button', { name: en('coverage.cancel') }).click()
  await doctor.getByText(en('coverage.nobody'), { exact: true }).waitFor()
})

scene('an administrator says how messages are passed on', { as: 'admin', viewport: desk, timeout: 180_000, expect: [/status of 409/] }, async ({ page, open, site }) => {
  const rule = async (name) => (await must(page, site, '/clinic/escalations')).items.find((one) => one.name === name)
  await visit(page, `${site.url}/clinic/pools`)
  await page.getByRole('link', { name: new RegExp(en('pools.escalations')) }).click()
  await page.getByText('urgent', { exact: true }).waitFor()
  await look(page, 'escalations')
  await page.getByLabel(en('escalations.newName')).fill('night')
  await page.getByRole('button', { name: en('escalations.make') }).click()
  await page.waitForURL(/\/clinic\/escalations\/night$/)
  await page.getByRole('button', { name: en('escalations.addStep') }).click()
  const second = page.getByRole('group', { name: en('escalations.step', { n: 2 }) })
  await second.getByLabel(en('escalations.whom')).selectOption({ label: 'Dr. Juniper Hale' })
  await second.getByLabel(en('escalations.give')).check()
  await second.getByLabel(en('escalations.minutes')).fill('soon')
  await page.getByRole('button', { name: en('escalations.save'), exact: true }).click()
  await page.getByRole('link', { name: en('escalations.wrongMinutes', { n: 2 }) }).click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type('45')
  await page.getByLabel(en('escalations.then')).selectOption('standard')
  await page.getByRole('button', { name: en('escalations.save'), exact: true }).click()
  await page.getByText(en('escalations.saved')).waitFor()
  const { steps, then } = await rule('night')
  assert.deepEqual([steps.length, steps[1].minutes, steps[1].give, then], [2, 45, true, 'standard'])
  await look(page, 'escalation')
  const small = await open('admin', { viewport: phone })
  await visit(small, `${site.url}/clinic/escalations/late`)
  await small.getByRole('button', { name: en('escalations.drop'), exact: true }).click()
  await small.getByRole('alert').waitFor() // a pool follows it
  await look(small, 'escalation-phone')
  assert.ok(await rule('late'))
  await page.getByRole('button', { name: en('escalations.drop'), exact: true }).click()
  await page.getByText(en('escalations.dropped')).waitFor()
  assert.equal(await rule('night'), undefined)
  await page.getByRole('button', { name: en('escalations.undo') }).click()
  await until('it is back', async () => (await rule('night'))?.steps.length === 2)
})

scene('an administrator looks after pools and sees no message', { as: 'admin', viewport: desk, timeout: 180_000 }, async ({ page, open, site }) => {
  await visit(page, `${site.url}/clinic/pools`)
  await page.getByText('Care team').first().waitFor()
  await look(page, 'pools')
  await page.getByLabel(en('pools.newName')).fill('Refills')
  await page.getByRole('button', { name: en('pools.make') }).click()
  await page.waitForURL(/\/clinic\/pools\/[0-9a-f-]{36}$/)
  await page.getByRole('checkbox', { name: en('message.topic.medicine') }).check()
  await page.getByRole('checkbox', { name: en('pools.language.es') }).check()
  const hours = page.getByLabel(en('pools.hoursFor', { topic: en('message.topic.medicine') }))
  await hours.fill('many')
  await page.getByLabel(en('pools.beginsFor', { topic: en('message.topic.results') })).selectOption('soon')
  await page.getByLabel(en('pools.escalation'), { exact: true }).selectOption('late')
  await page.getByRole('button', { name: en('pools.save'), exact: true }).click()
  await page.getByRole('alert').getByRole('link').click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type('1.5')
  await page.getByRole('button', { name: en('pools.save'), exact: true }).click()
  await page.getByText(en('pools.saved')).waitFor()
  const saved = (await must(page, site, '/clinic/pools')).items.find(({ name }) => name === 'Refills')
  assert.deepEqual([saved.rules.topics, saved.rules.languages, saved.rules.within, saved.rules.priorities, saved.escalation], [['medicine'], ['es'], { '': 2880, medicine: 90 }, { results: 'soon' }, 'late'])
  await look(page, 'pool')
  const small = await open('admin', { viewport: phone })
  await visit(small, page.url())
  await look(small, 'pool-phone')
})

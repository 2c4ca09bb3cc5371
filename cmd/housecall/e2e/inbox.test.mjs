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
  return { patient: mother.patient, thread: page.url().split('/').at(-1) }
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
  await nurse.getByText(en('inbox.narrow')).click()
  await look(nurse, 'narrow')
  const small = await open('nurse', { viewport: phone })
  await visit(small, `${site.url}/clinic/inbox`)
  await look(small, 'phone')
})

scene('an administrator looks after pools and sees no message', { as: 'admin', viewport: desk, timeout: 180_000 }, async ({ page, open, site }) => {
  await visit(page, `${site.url}/clinic/pools`)
  await page.getByText('Care team').first().waitFor()
  await look(page, 'pools')
  await page.getByLabel(en('pools.newName')).fill('Refills')
  await page.getByRole('button', { name: en('pools.make') }).click()
  await page.waitForURL(/\/clinic\/pools\/[0-9a-f-]{36}$/)
  await page.getByLabel(en('message.topic.medicine')).check()
  await page.getByRole('button', { name: en('pools.save'), exact: true }).click()
  await until('it is saved', async () => (await must(page, site, '/clinic/pools')).items.some(({ rules }) => rules.topics?.includes('medicine')))
  await look(page, 'pool')
  const small = await open('admin', { viewport: phone })
  await visit(small, page.url())
  await look(small, 'pool-phone')
})

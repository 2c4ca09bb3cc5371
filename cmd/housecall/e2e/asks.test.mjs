// A daughter asks for a refill, the nurse decides by keyboard with a new prescription, and the patient sees it done
// without a reload; a visit is asked back about and answered; two tabs for two people write each into their own chart.
import assert from 'node:assert/strict'
import { entryPath, everyEntry, must, people } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, es } from './harness/words.mjs'

const scene = suite()
const same = (page) => page.evaluate(() => (window.__same = true))
const unchanged = async (page) => assert.ok(await page.evaluate(() => window.__same === true), 'the page was not loaded again')
const first = (name) => name.split(' ')[0]

/** A medicine of the chart that may be asked for, by what the server says of it. */
async function medicineFor(page, site, patient, kind) {
  const entries = await everyEntry(page, site, patient, 'medicines')
  for (const entry of entries.filter(({ ref, active }) => ref.startsWith('MedicationRequest/') && active)) {
    const offer = await must(page, site, `/charts/${patient}/medicines/${entry.ref.split('/')[1]}/request`)
    if (offer.kind === kind && offer.canAsk && !offer.open) return { ...entry, offer }
  }
  throw new Error(`no medicine for a ${kind}`)
}

scene('a refill asked by the daughter, done by the nurse, seen by the patient', { as: 'caregiver', viewport: phone, timeout: 300_000 }, async ({ page, open, site }) => {
  const { mother } = await people(page, site)
  const given = first(mother.given)
  const wrong = []
  const medicine = await medicineFor(page, site, mother.patient, 'refill')
  const nurse = await open('nurse', { viewport: desk })
  await visit(nurse, `${site.url}/clinic/asks`)
  await same(nurse)
  const owner = await open('patient', { viewport: phone })

  await visit(page, `${site.url}/p/${mother.patient}${entryPath(medicine.ref)}`)
  await page.getByRole('link', { name: en('asks.refillFor', { name: given }) }).waitFor()
  await look(page, 'asks-medicine', wrong)
  await page.getByRole('link', { name: en('asks.refillFor', { name: given }) }).click()
  await page.waitForURL(/\/asks\/new/)
  await settled(page)
  await page.locator('main').getByText(medicine.title, { exact: true }).waitFor() // which one it is stands on the page
  await page.getByLabel(en('asks.days'), { exact: true }).fill('a week')
  await page.getByRole('button', { name: en('asks.sendFor', { name: given }) }).click()
  await page.getByRole('alert').getByText(en('asks.needDays')).waitFor()
  await look(page, 'asks-new-refill', wrong)
  await page.setViewportSize(phone)
  await page.getByLabel(en('asks.days'), { exact: true }).fill('4')
  await page.getByLabel(en('asks.note'), { exact: true }).fill('We travel on Friday.')
  await page.getByRole('button', { name: en('asks.sendFor', { name: given }) }).click()
  await page.waitForURL(/\/asks\/[0-9a-f-]{36}$/)
  await page.getByText(en('asks.state.requested')).first().waitFor()
  await page.getByText(en('asks.turnClinic')).waitFor() // whose turn it is, and that there is no date
  const id = page.url().split('/').at(-1)
  await look(page, 'asks-one', wrong)
  await same(page)

  // The nurse's list has it at once; Enter opens it, and that it was seen is told.
  const row = nurse.getByRole('link', { name: new RegExp(`${mother.name}.*We travel on Friday`, 's') })
  await row.waitFor()
  await unchanged(nurse)
  await look(nurse, 'asks-clinic-list', wrong)
  await nurse.setViewportSize(desk)
  await nurse.keyboard.press('j')
  await nurse.keyboard.press('Enter')
  await nurse.waitForURL(new RegExp(id))
  await page.getByText(en('asks.state.received')).first().waitFor()
  await nurse.getByText(en('asks.askedFor', { who: (await must(page, site, `/charts/${mother.patient}/requests/${id}`)).by.name, name: en('message.kinOf', { name: mother.name, relation: en('message.kin.mother') }) })).waitFor()
  assert.ok(await nurse.getByRole('complementary', { name: en('inbox.about', { name: mother.name }) }).isVisible(), 'the chart stands beside it')
  await look(nurse, 'asks-clinic-one', wrong)
  await nurse.setViewportSize(desk)

  await visit(owner, `${site.url}/p/${mother.patient}/asks/${id}`)
  await same(owner)
  await owner.getByText(en('asks.state.received')).first().waitFor()
  await nurse.keyboard.press('d')
  await nurse.getByLabel(en('clinicAsks.days'), { exact: true }).fill('90')
  await look(nurse, 'asks-clinic-decide', wrong)
  await nurse.setViewportSize(desk)
  await nurse.getByLabel(en('clinicAsks.say'), { exact: true }).fill('It is at the pharmacy tomorrow.')
  await nurse.keyboard.press('Tab')
  await nurse.keyboard.press('Enter')

  for (const one of [owner, page]) {
    await one.getByText(en('asks.state.completed')).first().waitFor()
    await one.getByText('It is at the pharmacy tomorrow.').waitFor()
    await unchanged(one)
  }
  await look(owner, 'asks-one-done', wrong)
  const request = await must(owner, site, `/charts/${mother.patient}/requests/${id}`)
  assert.equal(request.results[0].type, 'MedicationRequest')
  const fresh = (await everyEntry(owner, site, mother.patient, 'medicines')).find(({ ref }) => ref === `MedicationRequest/${request.results[0].id}`)
  assert.equal(fresh.title, medicine.title, 'the new prescription is in the chart')

  // The patient sees what she did.
  await visit(owner, `${site.url}/p/${mother.patient}/sharing`)
  await owner.getByRole('button', { name: /^What .* did$/ }).first().click()
  await owner.getByText(en('deeds.asked')).first().waitFor()
  await look(owner, 'asks-deeds', wrong)
  await visit(owner, `${site.url}/p/${mother.patient}/asks`)
  await look(owner, 'asks-list', wrong)
  assert.deepEqual(wrong, [])
})

scene('a question of the clinic stands in the agenda, and its answer reaches the clinic', { as: 'caregiver', viewport: phone, timeout: 240_000 }, async ({ page, open, site }) => {
  const { mother } = await people(page, site)
  const wrong = []
  const owner = await open('patient', { viewport: phone, locale: 'es-US' })
  await visit(owner, `${site.url}/p/${mother.patient}/asks/new`)
  const words = (await owner.evaluate(() => document.documentElement.lang)).startsWith('es') ? es : en
  await look(owner, 'asks-new', wrong)
  await owner.setViewportSize(phone)
  await owner.getByLabel(words('asks.whyVisit'), { exact: true }).fill('My knee hurts on stairs')
  await owner.getByRole('button', { name: words('asks.send') }).click()
  await owner.waitForURL(/\/asks\/[0-9a-f-]{36}$/)
  const id = owner.url().split('/').at(-1)

  const clinician = await open('clinician', { viewport: desk })
  await visit(clinician, `${site.url}/clinic/asks/${mother.patient}/${id}`)
  await clinician.getByText(en('clinicAsks.step.received')).first().waitFor()
  await clinician.keyboard.press('h')
  await clinician.getByLabel(en('clinicAsks.ask'), { exact: true }).fill('Which knee is it?')
  await clinician.getByRole('form', { name: en('clinicAsks.do.on-hold') }).getByRole('button', { name: en('clinicAsks.do.on-hold') }).click()
  await owner.getByText('Which knee is it?').first().waitFor()
  await look(owner, 'asks-question', wrong)

  await visit(page, `${site.url}/people`)
  await page.getByRole('link', { name: en('agenda.open') }).click()
  await page.waitForURL(/\/agenda$/)
  await settled(page)
  await page.getByRole('region', { name: en('agenda.answers') }).getByText('Which knee is it?').waitFor()
  await look(page, 'agenda', wrong)
  await page.setViewportSize(phone)
  await page.getByRole('region', { name: en('agenda.answers') }).getByRole('link').first().click()
  await page.waitForURL(new RegExp(`/p/${mother.patient}/asks/${id}`))
  await page.getByRole('region', { name: en('shell.actingBand') }).waitFor()
  await page.getByLabel(en('asks.answer'), { exact: true }).fill('The left one.')
  await page.getByRole('button', { name: en('asks.sendAnswer') }).click()
  await clinician.getByText('The left one.').waitFor()
  assert.deepEqual(wrong, [])
})

scene('what is written in the tab of one lands in the chart of that one', { as: 'caregiver', viewport: desk, timeout: 240_000 }, async ({ page, site }) => {
  const { mother, child } = await people(page, site)
  const other = await page.context().newPage()
  const tabs = [[page, mother, 'Written in the tab of the mother'], [other, child, 'Written in the tab of the child']]
  for (const [tab, person] of tabs) await visit(tab, `${site.url}/p/${person.patient}/messages/new`)
  // Both are open and begun before either is sent: the first tab is the older one when it is.
  for (const [tab, , text] of tabs) {
    await tab.locator('form[data-compose] textarea').fill(text)
    await tab.getByRole('radio', { name: en('message.topic.question') }).check()
  }
  for (const [tab, person] of [...tabs].reverse()) {
    const band = tab.getByRole('region', { name: en('shell.actingBand') })
    assert.match(await band.innerText(), new RegExp(person.name))
    await tab.getByRole('button', { name: new RegExp(`^${en('message.sendFor', { name: first(person.given) })}`) }).click()
    await tab.waitForURL(new RegExp(`/p/${person.patient}/messages/[0-9a-f-]{36}$`))
  }
  for (const [, person, text] of tabs) {
    await until('it is in that chart', async () => (await must(page, site, `/charts/${person.patient}/threads`)).items.some(({ lastText }) => lastText === text))
    const wrongOne = tabs.find(([, who]) => who !== person)[2]
    assert.ok((await must(page, site, `/charts/${person.patient}/threads`)).items.every(({ lastText }) => lastText !== wrongOne), 'and not in the other')
  }
})

// The same chart in the clinic: dense, by keys, and only for one's own patients.
import assert from 'node:assert/strict'
import { ask, chartOf, lineOf, must, people, potassium, found } from './harness/chart.mjs'
import { clinicPages, settled, visit } from './harness/pages.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
const doctor = { as: 'clinician' }
const rosaOf = async (page, site) => (await found(page, site, '/clinic/patients', 'Rosa')).items[0]

scene('a patient is found by name, birth date, phone and number', doctor, async ({ page, site }) => {
  const rosa = await rosaOf(page, site)
  await visit(page, site.url)
  await page.getByRole('heading', { level: 1, name: en('clinic.patients') }).waitFor()
  const rows = page.locator('tbody tr')
  const all = await rows.count()
  assert.ok(all > 3, `${all} patients`)
  const find = page.getByRole('searchbox', { name: en('clinic.search') })
  for (const q of [rosa.name, rosa.name.split(' ')[0].toLowerCase(), rosa.birthDate, rosa.identifiers[0].value, rosa.phone]) {
    await find.fill(q)
    await until(`only she fits ${q}`, async () => (await rows.count()) > 0 && (await rows.count()) < all && (await rows.first().innerText()).includes(rosa.name))
    await find.fill('')
    await until('all again', async () => (await rows.count()) === all)
  }
  await find.fill('zzzz')
  await page.getByText(en('clinic.noMatch', { q: 'zzzz' })).waitFor()
})

scene('keys alone: find, open, filter, go back', doctor, async ({ page, site }) => {
  const rosa = await rosaOf(page, site)
  await visit(page, site.url)
  await page.keyboard.press('/')
  await page.keyboard.type('rosa')
  await until('she is the one', async () => (await page.locator('tbody tr').count()) === 1)
  await page.keyboard.press('Enter')
  await page.waitForURL(new RegExp(`/clinic/p/${rosa.patient}$`))
  await settled(page)
  await page.keyboard.press('f')
  await page.keyboard.type('potassium')
  await until('one test is left', async () => (await page.locator('main th[scope="row"]').count()) < 4)
  await page.keyboard.press('Escape')
  await until('the filter is gone', async () => (await page.getByRole('searchbox', { name: en('clinic.filter') }).inputValue()) === '')
  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: en('clinic.keysTitle') })
  await keys.waitFor()
  await page.keyboard.press('Escape')
  await keys.waitFor({ state: 'detached' })
  await page.keyboard.press('b')
  await page.waitForURL(/\/clinic\/?$/)
  await settled(page)
  await until('the list is there again, its first row marked', async () => (await page.locator('tbody tr').count()) > 1 && (await page.locator('tbody tr').first().getAttribute('data-at')) === 'true')
  await page.keyboard.press('j')
  await until('the second row is marked', async () => (await page.locator('tbody tr').nth(1).getAttribute('data-at')) === 'true')
})

scene('the whole chart is on one page, and what is out of range has a word', doctor, async ({ page, site }) => {
  const rosa = await rosaOf(page, site)
  const chart = await chartOf(page, site, rosa.patient)
  await visit(page, `${site.url}/clinic/p/${rosa.patient}`)
  const text = await page.locator('main').innerText()
  assert.ok(text.includes(rosa.name) && text.includes(rosa.identifiers[0].value), 'two identifiers')
  for (const title of ['results', 'vitals', 'problems', 'medicines', 'visits', 'documents', 'careplan', 'vaccines', 'team']) await page.getByRole('heading', { name: en(`clinic.${title}`) }).first().waitFor()
  for (const allergy of chart.allergies.filter(({ active }) => active)) assert.ok(text.includes(allergy.title), allergy.title)
  const row = page.locator('tr', { has: page.getByRole('link', { name: en('name.potassium'), exact: true }) })
  assert.match(await row.innerText(), new RegExp(`${lineOf(chart, potassium).latest.value.text}.*${en('clinic.levelShort.littleHigh')}`))
  const height = await row.evaluate((element) => element.getBoundingClientRect().height)
  assert.ok(height <= 33, `a row of ${height} px`)
  const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth)
  assert.ok(wide <= 0, 'no sideways scroll')

  await row.getByRole('link').click()
  await page.waitForURL(/\/results\//)
  await settled(page)
  await page.getByRole('slider').waitFor()
  await page.getByText(en('level.littleHigh'), { exact: true }).waitFor()
})

scene('each page of the clinic opens by its address and survives a reload', doctor, async ({ page, site }) => {
  const rosa = await rosaOf(page, site)
  for (const { name, path } of await clinicPages(page, site, rosa.patient)) {
    await visit(page, site.url + path)
    const heading = await page.locator('h1').innerText()
    assert.equal(await page.getByRole('alert').count(), 0, name)
    await page.reload()
    await settled(page)
    assert.equal(await page.locator('h1').innerText(), heading, name)
    assert.doesNotMatch(await page.title(), new RegExp(`potassium|${rosa.name}`, 'i'), `${name}: the tab's title`)
  }
})

scene('a chart outside the care team is not there, and staff have no chart of their own here', { ...doctor, expect: [/status of 40[34]/] }, async ({ page, open, site }) => {
  const mine = (await must(page, site, '/clinic/patients?limit=100')).items
  const carer = await open('caregiver')
  const { self } = await people(carer, site)
  assert.ok(!mine.some(({ patient }) => patient === self.patient), 'the daughter is another doctor’s patient')
  assert.equal((await ask(page, site, `/charts/${self.patient}`)).status, 404)
  await page.goto(`${site.url}/clinic/p/${self.patient}`)
  await page.getByRole('heading', { name: en('errors.chartTitle') }).waitFor()
  assert.doesNotMatch(await page.locator('body').innerText(), new RegExp(self.name))
})

scene('a patient has no way into the clinic', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  await page.goto(`${site.url}/clinic`)
  await page.waitForURL(/\/p\//)
  for (const where of ['/clinic/patients', '/admin/health']) assert.notEqual((await ask(page, site, where)).status, 200, where)
})

scene('an administrator sees the health of the system and no chart', { as: 'admin', expect: [/status of 40[34]/] }, async ({ page, open, site }) => {
  const rosa = await rosaOf(await open('clinician'), site)
  await visit(page, `${site.url}/clinic/health`)
  await page.getByRole('heading', { level: 1, name: en('clinic.health') }).waitFor()
  const { checks } = await must(page, site, '/admin/health')
  assert.ok(checks.length > 2)
  for (const { name } of checks) await page.getByText(name, { exact: true }).first().waitFor()
  assert.equal((await ask(page, site, `/charts/${rosa.patient}`)).status, 404)
})

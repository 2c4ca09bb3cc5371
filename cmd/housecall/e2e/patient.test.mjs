// The chart as its owner reads it, on a phone.
import assert from 'node:assert/strict'
import { chartOf, entryPath, everyEntry, lineOf, must, people, potassium, found, sections } from './harness/chart.mjs'
import { patientPages, settled, visit } from './harness/pages.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
const reader = { as: 'patient', viewport: phone }
const recordLink = (page) => page.getByRole('navigation', { name: en('shell.main') }).locator('visible=true').getByRole('link', { name: en('shell.record') })

scene('home says what needs a look, and one tap opens it', reader, async ({ page, site }) => {
  const { self } = await people(page, site)
  const chart = await chartOf(page, site, self.patient)
  await visit(page, site.url)
  const look = chart.attention[0]
  assert.ok(look, 'the demo has something to look at')
  const title = new RegExp(en('titleLevel.littleHigh', { name: en('name.potassium') }))
  // A visit that is near takes the big card; what needs a look stands in the list under it.
  const hero = page.locator('section[aria-labelledby="hero-title"]')
  const big = (await hero.count()) > 0
  if (big) assert.match(await hero.innerText(), title)
  for (const entry of chart.allergies.filter(({ active }) => active)) await page.getByRole('complementary').getByText(entry.title, { exact: true }).waitFor()
  await (big ? hero.getByRole('link') : page.getByRole('link', { name: title })).click()
  await page.waitForURL(/\/entries\//)
  await settled(page)
  assert.match(await page.locator('main').innerText(), new RegExp(en('levelShort.littleHigh')))
  // From there one asks about it: what it is about is written already, and in no address.
  await page.getByRole('link', { name: en('result.ask'), exact: true }).click()
  await page.getByRole('radio', { name: en('message.topic.results'), exact: true }).waitFor()
  assert.ok(await page.getByRole('radio', { name: en('message.topic.results'), exact: true }).isChecked())
  assert.match(await page.getByLabel(en('message.text'), { exact: true }).inputValue(), new RegExp(`^${en('name.potassium')}, .*: $`))
  assert.match(page.url(), /\/messages\/new$/)
  await page.goBack()
  await page.getByRole('link', { name: en('result.ask'), exact: true }).waitFor()
})

scene('a result: its meaning, its bar, its years, and the same as a table', reader, async ({ page, site }) => {
  const { self } = await people(page, site)
  const line = lineOf(await chartOf(page, site, self.patient), potassium)
  const trend = await must(page, site, `/charts/${self.patient}/trends/${line.key}`)
  await visit(page, `${site.url}/p/${self.patient}/results/${line.key}`)
  await page.getByText(en('level.littleHigh'), { exact: true }).waitFor()
  const bar = page.getByRole('img', { name: new RegExp(en('level.littleHigh')) }).first()
  assert.match(await bar.getAttribute('aria-label'), new RegExp(`${line.latest.value.text} ?\\S* ?mmol/L.*${line.latest.range.low}.*${line.latest.range.high}`.replaceAll('.', '\\.').replaceAll('\\.*', '.*')))
  await page.getByText(en('about.potassium.what')).waitFor()

  await page.getByRole('radiogroup', { name: en('result.howFar') }).getByText(en('result.all'), { exact: true }).click()
  const plot = page.getByRole('slider')
  await plot.waitFor()
  const numbers = trend.points.filter(({ number }) => number !== undefined)
  assert.equal(await plot.getAttribute('aria-valuemax'), String(numbers.length))
  await plot.focus()
  const said = await plot.getAttribute('aria-valuetext')
  await page.keyboard.press('ArrowLeft')
  await until('an arrow key goes to the value before', async () => (await plot.getAttribute('aria-valuetext')) !== said)
  assert.match(await plot.getAttribute('aria-valuetext'), new RegExp(numbers.at(-2).text.replace('.', '\\.')))
  await until('the plot is drawn', () => page.locator('canvas').evaluateAll((all) => all.some((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return data.some((value) => value !== 0)
  })))

  await page.getByRole('button', { name: en('showAll', { count: trend.points.length }) }).click()
  const rows = await page.getByRole('table').locator('tbody tr').allInnerTexts()
  assert.equal(rows.length, trend.points.length)
  const newestFirst = [...trend.points].reverse()
  for (const [n, row] of rows.entries()) assert.ok(row.includes(newestFirst[n].text), `${row} is ${newestFirst[n].text}`)
})

scene('the note of the clinician stands with the result', reader, async ({ page, site }) => {
  const { self } = await people(page, site)
  const line = lineOf(await chartOf(page, site, self.patient), potassium)
  const { note } = await must(page, site, `/charts/${self.patient}${entryPath(line.latest.ref)}`)
  assert.ok(note?.[0]?.text, 'the demo has a note at the potassium')
  await visit(page, `${site.url}/p/${self.patient}${entryPath(line.latest.ref)}`)
  await page.getByText(note[0].text).waitFor()
  await page.getByRole('heading', { name: en('result.noteFrom', { who: note[0].who }) }).waitFor()
})

scene('the timeline: months, kinds, search, and more of it', reader, async ({ page, site }) => {
  const { self } = await people(page, site)
  await visit(page, site.url)
  await recordLink(page).click()
  await page.waitForURL(/\/record$/)
  await settled(page)
  const entries = page.locator('main ol > li')
  const first = await entries.count()
  await page.getByRole('button', { name: en('showMore') }).click()
  await until('more entries', async () => (await entries.count()) > first)

  const search = page.getByRole('searchbox', { name: en('record.search') })
  await search.fill('potassium')
  await page.waitForURL(/#q=potassium$/)
  await settled(page)
  const { items } = await found(page, site, `/charts/${self.patient}/timeline`, 'potassium')
  await until('only what fits', async () => (await entries.count()) === items.length)
  await page.reload()
  await settled(page)
  assert.equal(await search.inputValue(), 'potassium', 'a search is in the part of the address that stays here')
  await search.fill('zzzz')
  await page.getByText(en('record.noMatch', { q: 'zzzz' })).waitFor()
  await page.getByRole('button', { name: en('record.showEverything') }).click()
  await until('everything again', async () => (await entries.count()) >= first)

  await page.getByRole('button', { name: en('category.immunizations') }).click()
  await page.waitForURL(/kind=immunizations/)
  await settled(page)
  const vaccines = await must(page, site, `/charts/${self.patient}/timeline?kind=immunizations&limit=30`)
  await until('only vaccines', async () => (await entries.count()) === vaccines.items.length)
})

scene('each kind of the record is listed in full', reader, async ({ page, site }) => {
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/kinds`)
  for (const section of sections) {
    await page.locator('main').getByRole('link', { name: new RegExp(`^${en(`category.${section}`)}`) }).click()
    await page.waitForURL(new RegExp(`/record/${section}$`))
    await settled(page)
    assert.equal(await page.locator('h1').innerText(), en(`category.${section}`))
    assert.notEqual(await page.locator('main a[href*="/entries/"], main a[href*="/results/"]').count(), 0, section)
    await page.goBack()
    await settled(page)
  }
})

scene('what was recorded as a year stays a year', reader, async ({ page, site }) => {
  const { self } = await people(page, site)
  const year = (await everyEntry(page, site, self.patient, 'conditions')).find(({ active, at }) => active && /^\d{4}$/.test(at ?? ''))
  assert.ok(year, 'the demo has a condition since a year')
  await visit(page, `${site.url}/p/${self.patient}/record/conditions`)
  const row = page.locator(`main a[href$="${year.ref}"]`)
  assert.match(await row.innerText(), new RegExp(en('record.startedOn', { date: year.at })))
  assert.doesNotMatch(await row.innerText(), new RegExp(`January|December`))
})

scene('a document, a visit and a medicine can be read', reader, async ({ page, site }) => {
  const { self } = await people(page, site)
  const documents = await everyEntry(page, site, self.patient, 'documents')
  let read
  for (const one of documents) {
    const detail = await must(page, site, `/charts/${self.patient}${entryPath(one.ref)}`)
    if (detail.document?.text) {
      read = detail
      break
    }
  }
  assert.ok(read, 'the demo has a letter as text')
  await visit(page, `${site.url}/p/${self.patient}${entryPath(read.entry.ref)}`)
  const words = (text) => text.replace(/\s+/g, ' ').trim()
  assert.ok(words(await page.locator('main').innerText()).includes(words(read.document.text).slice(0, 200)))

  const [newest] = await everyEntry(page, site, self.patient, 'visits')
  await visit(page, `${site.url}/p/${self.patient}${entryPath(newest.ref)}`)
  assert.match(await page.title(), new RegExp(en('entry.visitPage')))

  const medicine = (await everyEntry(page, site, self.patient, 'medicines')).find(({ active, text }) => active && text)
  await visit(page, `${site.url}/p/${self.patient}${entryPath(medicine.ref)}`)
  await page.getByText(medicine.text).first().waitFor()
})

// One of each way in which a page is made; that every page opens is looked at with its colours and sizes.
const reloaded = ['home', 'timeline-search', 'kinds', 'section-medicines', 'result-potassium', 'entry-document', 'messages-thread', 'visits-book', 'you-security']

scene('a page survives a reload', reader, async ({ page, site }) => {
  const { self } = await people(page, site)
  const pages = (await patientPages(page, site, self.patient)).filter(({ name }) => reloaded.includes(name))
  assert.equal(pages.length, reloaded.length)
  for (const { name, path } of pages) {
    await visit(page, site.url + path)
    const heading = await page.locator('h1').innerText()
    await page.reload()
    await settled(page)
    assert.equal(await page.locator('h1').innerText(), heading, name)
  }
})

scene('a page that is not there says so, and leads home', { ...reader, expect: [/status of 404/, /no such section/] }, async ({ page, site }) => {
  const { self } = await people(page, site)
  for (const where of ['/no/such/page', `/p/${self.patient}/record/nothing`]) {
    await page.goto(site.url + where)
    await page.getByRole('heading', { name: en('errors.notFoundTitle') }).waitFor()
  }
  await page.goto(`${site.url}/p/00000000-0000-4000-8000-000000000000`)
  await page.getByRole('heading', { name: en('errors.chartTitle') }).waitFor()
  await page.getByRole('link', { name: en('errors.home') }).click()
  await page.waitForURL(new RegExp(`/p/${self.patient}`))
})

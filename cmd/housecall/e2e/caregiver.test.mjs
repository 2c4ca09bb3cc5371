// A daughter reads for her mother and her son: whose page it is stands on every page, and what the
// grant leaves out is nowhere.
import assert from 'node:assert/strict'
import { ask, chartOf, entryPath, everyEntry, must, people, found, sections } from './harness/chart.mjs'
import { goOn, patientPages, settled, visit } from './harness/pages.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { en } from './harness/words.mjs'

const scene = suite()
const carer = { as: 'caregiver', viewport: phone }
// The mother's hard time, long over: what it was called, its medicine, its score, where and with whom she talked about it.
const hidden = /depress|sertralin|phq|quiet harbor|corin vale|anselmo|mood and sleep/i

const band = (page) => page.getByRole('region', { name: en('shell.actingBand') })

scene('the people page leads to each person, and the band says for whom', carer, async ({ page, site }) => {
  const { self, mother, child } = await people(page, site)
  assert.ok(self && mother && child)
  await visit(page, `${site.url}/people`)
  assert.equal(await page.locator('nav a').count(), 3)
  await page.getByRole('link', { name: new RegExp(mother.name) }).click()
  await page.waitForURL(new RegExp(`/p/${mother.patient}`))
  await settled(page)
  assert.match(await band(page).innerText(), new RegExp(`${en('shell.actingFor.mother')}\\s+${mother.name}`))
  assert.match(await page.title(), new RegExp(mother.given), 'the title of the tab, too')
  await band(page).getByRole('link', { name: en('shell.switch') }).click()
  await page.waitForURL(/\/people$/)
  await page.getByRole('link', { name: new RegExp(child.name) }).click()
  await page.waitForURL(new RegExp(`/p/${child.patient}`))
  await settled(page)
  assert.match(await band(page).innerText(), new RegExp(child.name))
  await visit(page, `${site.url}/p/${self.patient}`)
  assert.equal(await band(page).count(), 0, 'no band over the own record')
})

scene('nothing that the grant hides is in any page, search or answer', { ...carer, timeout: 180_000, expect: [/status of 40[34]/] }, async ({ page, open, site }) => {
  const { mother } = await people(page, site)
  const rosa = mother.patient
  const owner = await open('patient')
  const heard = []
  page.on('response', (response) => {
    if (/\/(api|live)\//.test(response.url()) && response.request().method() === 'GET') heard.push(response.text().then((text) => ({ url: response.url(), text }), () => undefined))
  })

  // The owner sees all of it: else this test would look for what is not there at all.
  const secret = []
  for (const section of sections) {
    const [all, seen] = [await everyEntry(owner, site, rosa, section), mother.grant.sees.includes(section) ? await everyEntry(page, site, rosa, section) : []]
    const missing = all.filter((entry) => !seen.some(({ ref }) => ref === entry.ref))
    assert.ok(seen.every((entry) => all.some(({ ref }) => ref === entry.ref)), section)
    if (mother.grant.sees.includes(section)) secret.push(...missing)
    assert.doesNotMatch(JSON.stringify(seen), hidden, section)
  }
  assert.match(JSON.stringify(secret), /depress/i)
  assert.match(JSON.stringify(secret), /sertralin/i)
  assert.ok(secret.some(({ section }) => section === 'visits'), 'a visit about it')
  for (const { ref } of secret) {
    assert.equal((await ask(owner, site, `/charts/${rosa}${entryPath(ref)}`)).status, 200, `${ref} for its owner`)
    const answer = await ask(page, site, `/charts/${rosa}${entryPath(ref)}`)
    const never = await ask(page, site, `/charts/${rosa}/entries/${ref.split('/')[0]}/00000000-0000-4000-8000-000000000000`)
    assert.equal(answer.status, 404, ref)
    const told = ({ title, detail, code }) => ({ title, detail, code })
    assert.deepEqual(told(answer.body), told(never.body), 'as if it were not there')
  }
  const mine = await chartOf(owner, site, rosa)
  const hers = await chartOf(page, site, rosa)
  for (const line of mine.results.concat(mine.vitals).filter(({ title }) => hidden.test(title))) {
    assert.equal((await ask(page, site, `/charts/${rosa}/trends/${line.key}`)).status, 404, 'a trend of a hidden kind')
  }
  assert.doesNotMatch(JSON.stringify(hers), hidden)

  const pages = await patientPages(page, site, rosa)
  const searches = ['depress', 'sertraline', 'PHQ', 'Quiet Harbor', 'Anselmo'].map((q) => ({ name: `search ${q}`, path: `/p/${rosa}/record#q=${encodeURIComponent(q)}`, nothing: true }))
  for (const { name, path, nothing } of [...pages, ...searches]) {
    await (name === pages[0].name ? visit : goOn)(page, site.url + path)
    if (path.startsWith('/p/')) { // the others are about nobody
      assert.ok(await band(page).isVisible(), `${name} says for whom`)
      assert.match(await band(page).innerText(), new RegExp(mother.name), name)
    }
    const shown = (await page.locator('main').innerText()).replaceAll(/“[^”]*”/g, '')
    assert.doesNotMatch(shown, hidden, name)
    if (nothing) assert.equal(await page.locator('main ol > li').count(), 0, name)
    if (name.startsWith('search')) {
      const q = decodeURIComponent(path.split('q=')[1])
      const owned = await found(owner, site, `/charts/${rosa}/timeline`, q)
      if (q === 'depress') assert.notEqual(owned.items.length, 0, 'the owner finds it')
    }
  }
  for (const answer of await Promise.all(heard)) if (answer) assert.doesNotMatch(answer.text, hidden, answer.url)
})

scene('a chart without a grant is not there', { ...carer, expect: [/status of 40[34]/] }, async ({ page, open, site }) => {
  const doctor = await open('clinician')
  const { items } = await must(doctor, site, '/clinic/patients?limit=25')
  const { all } = await people(page, site)
  const stranger = items.find(({ patient }) => !all.some((person) => person.patient === patient))
  const told = async (patient) => {
    const { status, body } = await ask(page, site, `/charts/${patient}`)
    return { status, code: body.code, detail: body.detail, title: body.title }
  }
  const refused = await told(stranger.patient)
  assert.equal(refused.status, 404)
  assert.deepEqual(refused, await told('00000000-0000-4000-8000-000000000000'), 'no way to tell that somebody is a patient here')
  await page.goto(`${site.url}/p/${stranger.patient}`)
  await page.getByRole('heading', { name: en('errors.chartTitle') }).waitFor()
  assert.doesNotMatch(await page.locator('body').innerText(), new RegExp(stranger.name))
  await page.goto(`${site.url}/clinic/p/${stranger.patient}`)
  await page.waitForURL((url) => !url.pathname.startsWith('/clinic'))
})

// Who looked is for the owner alone: the caregiver's page asks, and is refused.
scene('two tabs for two people never mix', { ...carer, viewport: desk, expect: [/status of 404.*\/(access|grants)/] }, async ({ page, site }) => {
  const { mother, child } = await people(page, site)
  const other = await page.context().newPage()
  const asked = new Map([[page, []], [other, []]])
  for (const [tab, urls] of asked) tab.on('request', (request) => urls.push(request.url()))
  const tabs = [[page, mother, child], [other, child, mother]]
  for (const rest of ['/', '/record', '/kinds', '/record/medicines', '/record/immunizations', '/sharing', '/you', '/']) {
    for (const [tab, person] of tabs) await visit(tab, `${site.url}/p/${person.patient}${rest}`)
    for (const [tab, person, notThis] of tabs) {
      await tab.reload()
      await settled(tab)
      assert.match(await band(tab).innerText(), new RegExp(person.name), rest)
      assert.doesNotMatch(await tab.locator('body').innerText(), new RegExp(notThis.name), rest)
      if (rest !== '/you') assert.match(await tab.title(), new RegExp(person.given), rest)
    }
  }
  for (const [tab, person, notThis] of tabs) {
    const charts = asked.get(tab).filter((url) => url.includes('/charts/'))
    assert.ok(charts.length > 0)
    assert.ok(charts.every((url) => url.includes(person.patient) && !url.includes(notThis.patient)), 'each tab asks for its own chart')
  }
})

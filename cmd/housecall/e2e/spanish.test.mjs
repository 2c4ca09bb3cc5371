// In Spanish nothing of ours is left in English; what the record says stays as it was written.
import assert from 'node:assert/strict'
import { must, people, found } from './harness/chart.mjs'
import { clinicPages, goOn, patientPages, settled, visit } from './harness/pages.mjs'
import { toLogin, typePassword } from './harness/signin.mjs'
import { phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, english, es, patternOf, spanish } from './harness/words.mjs'

const scene = suite()

const spoken = new Set(Object.values(spanish))
const letters = (text) => text.replace(/\{\{\w+\}\}/g, '').replace(/[^\p{L}]/gu, '').length
const known = Object.entries(english).filter(([key, text]) => text !== spanish[key])
const exact = new Map(known.filter(([, text]) => !text.includes('{{') && !spoken.has(text) && letters(text) > 1).map(([key, text]) => [text, key]))
const shaped = known.filter(([, text]) => text.includes('{{') && letters(text) > 3).map(([key, text]) => [key, patternOf(text)])
const spokenShapes = Object.values(spanish).filter((text) => text.includes('{{') && letters(text) > 3).map(patternOf)
const englishDate = /\b(January|February|March|April|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b/

/** All that a reader sees or hears on the page. */
const textsOf = (page) => page.evaluate(() => {
  const found = []
  const foreign = (element) => element.closest('[lang]')?.lang.slice(0, 2) !== 'es'
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement && !node.parentElement.closest('script,style,noscript') && !foreign(node.parentElement)) found.push(node.data)
  }
  for (const element of document.querySelectorAll('*')) {
    if (foreign(element) || element.closest('[aria-hidden=true]')) continue
    for (const name of ['aria-label', 'aria-description', 'aria-valuetext', 'placeholder', 'title', 'alt']) if (element.hasAttribute(name)) found.push(element.getAttribute(name))
  }
  return [...new Set([document.title, ...found].map((text) => text.replace(/\s+/g, ' ').trim()).filter(Boolean))]
})

function leftovers(texts, recorded) {
  const wrong = []
  // What people wrote stays as it is, also in the middle of a sentence of ours.
  const said = [...recorded].map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => text.length > 3).sort((a, b) => b.length - a.length)
  for (const text of texts) {
    const same = exact.get(text)
    if (same && !(recorded.has(text) && !same.startsWith('name.'))) wrong.push(`${same}: ${text}`)
    if (said.some((whole) => whole.includes(text))) continue
    const ours = said.reduce((rest, part) => rest.replaceAll(part, ' '), text)
    const shape = !same && shaped.find(([, pattern]) => pattern.test(text) && pattern.test(ours))
    if (shape && !spokenShapes.some((pattern) => pattern.test(text))) wrong.push(`${shape[0]}: ${text}`)
    if (englishDate.test(ours)) wrong.push(`a date: ${text}`)
  }
  return wrong
}

/** Every string that the server sent of the record. */
function listen(page, recorded) {
  const take = (value) => {
    if (typeof value === 'string') recorded.add(value)
    else if (value && typeof value === 'object') Object.values(value).forEach(take)
  }
  page.on('response', (response) => {
    if (/\/api\/v1\/(charts|clinic\/inbox|clinic\/day)/.test(response.url())) response.json().then(take, () => undefined)
  })
}

async function speakSpanish(page) {
  await page.getByRole('radiogroup', { name: en('account.language') }).getByText('Español').click()
  await page.getByRole('heading', { level: 1, name: es('account.title'), exact: true }).waitFor()
}

async function allInSpanish(page, site, pages) {
  const recorded = new Set()
  listen(page, recorded)
  const wrong = []
  for (const { name, path } of pages) {
    await (name === pages[0].name ? visit : goOn)(page, site.url + path)
    assert.match(await page.evaluate(() => document.documentElement.lang), /^es\b/, name)
    const closed = page.locator('main details:not([open]) > summary')
    for (let left = await closed.count(); left > 0; left--) await closed.first().click() // what was opened is not among them any more
    for (const left of leftovers(await textsOf(page), recorded)) wrong.push(`${name}: ${left}`)
  }
  assert.deepEqual(wrong, [])
}

scene('an English page would be noticed', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}`)
  await page.evaluate(() => (document.documentElement.lang = 'es'))
  const found = leftovers(await textsOf(page), new Set()).join('\n')
  for (const sign of [en('shell.home'), en('home.recent'), 'a date: ']) assert.ok(found.includes(sign), sign)
})

scene('the front door changes its language', { viewport: phone, expect: [/status of 401/, /ApiError/] }, async ({ page, site }) => {
  await toLogin(page, site.url)
  await page.getByRole('button', { name: 'Español' }).click()
  await page.getByLabel(es('signIn.email'), { exact: true }).waitFor()
  assert.deepEqual(leftovers(await textsOf(page), new Set()), [])
  await typePassword(page, { email: 'nobody@housecall.test', password: 'no es' }, es)
  const alert = page.getByRole('alert')
  await alert.waitFor()
  assert.match(await alert.innerText(), /[áéíóúñ]|contraseña|correo/i, 'the server answers in Spanish')
})

scene('every page of the record is in Spanish, and stays so on another device', { as: 'patient', viewport: phone, timeout: 180_000 }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/you`)
  await speakSpanish(page)
  await until('the account knows', async () => (await must(page, site, '/me')).account.locale === 'es')
  await allInSpanish(page, site, await patientPages(page, site, self.patient))
  await visit(page, `${site.url}/p/${self.patient}`)
  assert.match(await page.locator('main').innerText(), /\b(lunes|martes|miércoles|jueves|viernes|sábado|domingo), \d+ de \p{L}+ de 20\d\d/iu, 'dates are written as in Spanish')
})

scene('a caregiver acts in Spanish', { as: 'caregiver', viewport: phone, timeout: 180_000 }, async ({ page, site }) => {
  const { mother, child, self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/you`)
  await speakSpanish(page)
  await page.goto(`${site.url}/p/${mother.patient}`)
  await settled(page)
  assert.match(await page.getByRole('region', { name: es('shell.actingBand') }).innerText(), new RegExp(es('shell.actingFor.mother')))
  const of = (patient, rest) => ({ name: `${rest}`, path: `/p/${patient}${rest}` })
  await allInSpanish(page, site, [{ name: 'people', path: '/people' }, ...['/', '/record', '/kinds', '/sharing', '/you', '/record/immunizations'].flatMap((rest) => [of(mother.patient, rest), of(child.patient, rest)])])
})

scene('the clinic is in Spanish', { as: 'clinician', timeout: 180_000 }, async ({ page, site }) => {
  const { items } = await found(page, site, '/clinic/patients', 'Rosa')
  await visit(page, `${site.url}/clinic/you`)
  await speakSpanish(page)
  await allInSpanish(page, site, await clinicPages(page, site, items[0].patient))
})

scene('the health of the system is in Spanish', { as: 'admin' }, async ({ page, site }) => {
  await visit(page, `${site.url}/clinic/you`)
  await speakSpanish(page)
  await allInSpanish(page, site, [{ name: 'health', path: '/clinic/health' }, { name: 'role', path: '/clinic' }])
})

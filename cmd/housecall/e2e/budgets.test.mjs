// How many taps a job may take, what a first load may weigh, and that nothing jumps.
import assert from 'node:assert/strict'
import { chartOf, lineOf, people, potassium } from './harness/chart.mjs'
import { settled, visit } from './harness/pages.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { en } from './harness/words.mjs'

const scene = suite()

/** Counts taps: each is one press on something that is on the screen, or reached by scrolling. */
function taps(page) {
  const counted = { n: 0 }
  counted.on = async (target) => {
    counted.n += 1
    await target.tap()
    await settled(page)
  }
  return counted
}
const tab = (page, name) => page.getByRole('navigation', { name: en('shell.main') }).locator('visible=true').getByRole('link', { name: en(name) })

scene('the newest result: 1 tap', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  const { self } = await people(page, site)
  const line = lineOf(await chartOf(page, site, self.patient), potassium)
  await visit(page, site.url)
  const hand = taps(page)
  // A visit that is near takes the big card; the result stands in the list under it.
  const big = page.getByRole('link', { name: en('home.open') })
  await hand.on((await big.count()) > 0 ? big : page.getByRole('link', { name: new RegExp(en('titleLevel.littleHigh', { name: en('name.potassium') })) }))
  const text = await page.locator('main').innerText()
  assert.ok(text.includes(line.latest.value.text) && new RegExp(en('levelShort.littleHigh'), 'i').test(text), 'the value and what it means')
  assert.ok(hand.n <= 1)
})

scene('act for the mother: 2 taps', { as: 'caregiver', viewport: phone }, async ({ page, site }) => {
  const { mother } = await people(page, site)
  await visit(page, site.url)
  const hand = taps(page)
  await hand.on(page.getByRole('link', { name: en('shell.switchPerson') }).locator('visible=true'))
  await hand.on(page.getByRole('link', { name: new RegExp(mother.name) }))
  assert.match(page.url(), new RegExp(mother.patient))
  assert.ok(hand.n <= 2)
})

scene('who looked: 3 taps', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  await visit(page, site.url)
  const hand = taps(page)
  await hand.on(tab(page, 'shell.you'))
  await hand.on(page.locator('main').getByRole('link', { name: en('shell.sharing') }))
  await page.getByRole('heading', { name: en('sharing.looked') }).waitFor()
  assert.ok(hand.n <= 3)
})

scene('stop sharing: 4 taps', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  await visit(page, site.url)
  const hand = taps(page)
  await hand.on(tab(page, 'shell.you'))
  await hand.on(page.locator('main').getByRole('link', { name: en('shell.sharing') }))
  await hand.on(page.getByRole('button', { name: en('sharing.stop') }).first())
  await page.getByRole('dialog').getByRole('button', { name: en('sharing.stopGo') }).waitFor()
  assert.ok(hand.n + 1 <= 4, 'the last tap is the button in the dialog')
})

const jumps = (page) => page.evaluate(() => ({ sum: window.__shift, what: window.__shifted }))
for (const [size, viewport] of Object.entries({ phone, desk })) {
  scene(`nothing jumps while a page of the record loads, ${size}`, { as: 'patient', viewport }, async ({ page, site }) => {
    const { self } = await people(page, site)
    const line = lineOf(await chartOf(page, site, self.patient), potassium)
    for (const rest of ['/', '/record', '/kinds', '/record/results', `/results/${line.key}`, '/visits', '/visits/book', '/sharing']) {
      await visit(page, `${site.url}/p/${self.patient}${rest}`)
      const { sum, what } = await jumps(page)
      assert.ok(sum < 0.001, `${rest}: ${sum}\n${what.join('\n')}`)
    }
  })
}

scene('nothing jumps in the clinic', { as: 'clinician', viewport: desk }, async ({ page, site }) => {
  await visit(page, site.url)
  for (const where of ['/clinic/today', '/clinic', null]) {
    if (where) await visit(page, site.url + where)
    else {
      const href = await page.locator('tbody a').first().getAttribute('href')
      await visit(page, site.url + href)
    }
    const { sum, what } = await jumps(page)
    assert.ok(sum < 0.001, `${page.url().replace(site.url, '')}: ${sum}\n${what.join('\n')}`)
  }
})

scene('a patient’s first load is at most 170 kB of script', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  const sizes = []
  page.on('response', (response) => {
    if (/\.js(\?|$)/.test(response.url())) sizes.push(response.request().sizes().then(({ responseBodySize }) => ({ url: response.url(), size: responseBodySize })))
  })
  await visit(page, site.url)
  const all = await Promise.all(sizes)
  const sum = all.reduce((total, { size }) => total + size, 0)
  assert.ok(sum > 20_000, `${sum} bytes in ${all.length} scripts`)
  assert.ok(sum <= 170_000, `${sum} bytes: ${all.map(({ url, size }) => `${url.split('/').at(-1)} ${size}`).join(', ')}`)
})

scene('touch targets of a patient are at least 44 px', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  const { self } = await people(page, site)
  for (const rest of ['/', '/record', '/kinds', '/record/medicines', '/visits', '/visits/book', '/sharing', '/you']) {
    await visit(page, `${site.url}/p/${self.patient}${rest}`)
    const small = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input:not([type=radio]), summary, label')].filter((element) => {
      const box = element.getBoundingClientRect()
      // A link inside a sentence may be as high as its line (WCAG 2.2, 2.5.8).
      const inText = getComputedStyle(element).display === 'inline'
      // The name of a field for text is read; what is touched is the field.
      if (element.tagName === 'LABEL' && element.control?.matches('textarea, select, input:not([type=checkbox], [type=radio])')) return false
      return box.width > 2 && box.height > 2 && !inText && Math.min(box.height, box.width) < 44
    }).map((element) => `${element.tagName} "${element.textContent.trim().slice(0, 30) || element.getAttribute('aria-label')}" ${Math.round(element.getBoundingClientRect().width)}x${Math.round(element.getBoundingClientRect().height)}`))
    assert.deepEqual(small, [], rest)
  }
})

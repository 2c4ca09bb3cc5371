import { en, patternOf } from './words.mjs'

/** Whose visit it is, read back, and where the patient is now. */
export async function sayPlace(page, { address = '48 Harbor Street, Portland, second floor', look } = {}) {
  await page.getByLabel(en('place.state'), { exact: true }).waitFor()
  await page.getByRole('radio').first().check()
  await page.getByLabel(en('place.country'), { exact: true }).selectOption('US')
  await page.getByLabel(en('place.state'), { exact: true }).selectOption('OR')
  await page.getByRole('textbox', { name: patternOf(`${en('place.address').split(',')[0]}{{more}}`) }).fill(address)
  await page.getByLabel(en('place.phone'), { exact: true }).fill('+1 503 555 0142')
  await look?.()
  await page.getByRole('button', { name: en('place.go'), exact: true }).click()
}

/** From the page of a visit to the waiting room. */
export async function comeIn(page) {
  const press = (...keys) => keys.map((key) => page.getByRole('button', { name: en(key), exact: true })).reduce((one, other) => one.or(other)).first().click()
  await page.getByRole('heading', { level: 1, name: en('check.title') }).waitFor()
  await press('check.next', 'check.go', 'check.goAnyway')
  await page.getByRole('heading', { level: 1, name: en('consent.title') }).waitFor()
  await press('consent.agree')
  await sayPlace(page)
}

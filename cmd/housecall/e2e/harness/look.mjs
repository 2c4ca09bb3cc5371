// A page at both sizes, light and dark: what axe finds, whether it scrolls sideways, and pictures of it if somebody wants them.
import { readFileSync } from 'node:fs'
import { desk, phone } from './browser.mjs'
import { settled } from './pages.mjs'
import { picture, require } from './paths.mjs'

export const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const sizes = { phone, desk }
// A page comes light; its colours change twice.
const schemes = { phone: ['light', 'dark'], desk: ['dark', 'light'] }

export const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
// The dark page is the light one in other colours.
const colours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

// Colours change by transitions, in frames of which a busy machine draws few. What has the colour of its parent may begin
// to change when the parent has.
function transitionsEnded() {
  const running = document.getAnimations().filter((one) => one instanceof CSSTransition)
  for (const one of running) one.finish()
  return running.length === 0
}

async function violations(page, runOnly) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const { violations: found } = await page.evaluate((chosen) => window.axe.run(document, { resultTypes: ['violations'], runOnly: chosen }), runOnly)
  return found.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary?.split('\n')[1] ?? ''}`).join(' | ')}`)
}

/** What axe finds on a page as it stands, of which there may be a picture: for a call, which is never quiet. */
export async function lookOnce(page, folder, name) {
  await settled(page).catch(() => undefined)
  await picture(page, folder, name)
  return violations(page, rules)
}

/** Looks at the page that is open in each size and scheme, and adds what is wrong to a list. */
export async function look(page, name, wrong) {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    await settled(page)
    for (const scheme of schemes[size]) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.waitForFunction((wanted) => document.documentElement.getAttribute('data-mantine-color-scheme') === wanted, scheme)
      await page.waitForFunction(transitionsEnded)
      for (const found of await violations(page, scheme === 'light' ? rules : colours)) wrong.push(`${name}, ${size}, ${scheme}: ${found}`)
      if (scheme === 'light' || shownDark.test(name)) await picture(page, `${size}-${scheme}`, name, { fullPage: size === 'phone' })
    }
    const over = await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth)
    if (over > 0) wrong.push(`${name}, ${size}: ${over} px wider than the screen`)
  }
}
const shownDark = /home|result-potassium|timeline$|chart|sharing|sign-in|people|messages|visits|today|inbox|cockpit|work|joined|move|held/

// A page at both sizes, light and dark: what axe finds, whether it scrolls sideways, and pictures of it if somebody wants them.
import { readFileSync } from 'node:fs'
import { desk, phone } from './browser.mjs'
import { settled } from './pages.mjs'
import { picture, pictures, require } from './paths.mjs'

export const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const sizes = { phone, desk }

export const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
// The dark page is the light one in other colours, and those do not hang on the size: they are looked at once, in the
// size that the page is made for first.
const colours = ['color-contrast', 'link-in-text-block']
const onlyColours = { runOnly: { type: 'rule', values: colours } }
const withoutColours = { runOnly: rules, rules: Object.fromEntries(colours.map((rule) => [rule, { enabled: false }])) }
const madeFor = (page) => (new URL(page.url()).pathname.startsWith('/clinic') ? 'desk' : 'phone')

// Colours change by transitions, in frames of which a busy machine draws few. What has the colour of its parent may begin
// to change when the parent has.
function changed(wanted) {
  if (document.documentElement.getAttribute('data-mantine-color-scheme') !== wanted) return false
  const running = document.getAnimations().filter((one) => one instanceof CSSTransition)
  for (const one of running) one.finish()
  return running.length === 0
}

async function violations(page, chosen) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const { violations: found } = await page.evaluate((options) => window.axe.run(document, { resultTypes: ['violations'], ...options }), chosen)
  return found.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary?.split('\n')[1] ?? ''}`).join(' | ')}`)
}

/** What axe finds on a page as it stands, of which there may be a picture: for a call, which is never quiet. */
export async function lookOnce(page, folder, name) {
  await settled(page).catch(() => undefined)
  await picture(page, folder, name)
  return violations(page, { runOnly: rules })
}

export async function inColours(page, scheme) {
  await page.emulateMedia({ colorScheme: scheme })
  await page.waitForFunction(changed, scheme)
}

// A page stays in the colours in which it was looked at last, and begins with them the next time. For pictures all go
// back to light.
const dark = new WeakSet()

/** Looks at the page that is open in each size, and light and dark, and adds what is wrong to a list. */
export async function look(page, name, wrong) {
  const home = madeFor(page)
  const note = async (as, chosen) => wrong.push(...(await violations(page, chosen)).map((found) => `${name}, ${as}: ${found}`))
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    await settled(page, 50) // it was before
    const shown = { fullPage: size === 'phone' }
    // What is said of a page does not hang on its size, but for the frame around it: one of each kind is looked at in both.
    if (size === home) await note(size, { runOnly: rules })
    else if (ofItsKind.test(name)) await note(size, withoutColours)
    await picture(page, `${size}-light`, name, shown)
    if (size === home) {
      const other = dark.has(page) ? 'light' : 'dark'
      await inColours(page, other)
      await note(`${size}, ${other}`, onlyColours)
      if (other === 'light') dark.delete(page)
      else if (!pictures) dark.add(page)
      else {
        if (ofItsKind.test(name)) await picture(page, `${size}-dark`, name, shown)
        await inColours(page, 'light')
      }
    }
    const over = await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth)
    if (over > 0) wrong.push(`${name}, ${size}: ${over} px wider than the screen`)
  }
}
const ofItsKind = /home|result-potassium|timeline$|chart|sharing|sign-in|people|messages|visits|today|inbox|cockpit|work|joined|move|held/

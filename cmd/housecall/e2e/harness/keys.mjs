// Using a page by its keys alone.
import { Hopeless } from './wait.mjs'

/** What has the focus, and whether somebody who looks can tell. */
export const focused = (page) => page.evaluate(async () => {
  // What comes into sight by being focused has its place after a frame.
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  const at = document.activeElement
  if (!at || at === document.body) return undefined
  const name = at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || at.getAttribute('placeholder') || ''
  const marked = [at, at.labels?.[0], at.parentElement, at.nextElementSibling].filter(Boolean).some((element) => {
    const style = getComputedStyle(element)
    return (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2) || (element !== at.parentElement && style.boxShadow !== 'none')
  })
  const shown = at.labels?.[0] && at.getBoundingClientRect().width < 2 ? at.labels[0] : at
  const box = shown.getBoundingClientRect()
  const inside = box.bottom > 0 && box.top < window.innerHeight && box.right > 0 && box.left < window.innerWidth
  const x = Math.min(Math.max(box.left + box.width / 2, 1), window.innerWidth - 1)
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 1), window.innerHeight - 1)
  const top = document.elementFromPoint(x, y)
  const covered = Boolean(top) && !shown.contains(top) && !top.contains(shown)
  return { tag: at.tagName, type: at.getAttribute('type') ?? at.getAttribute('role') ?? '', id: at.id, name: name.replace(/\s+/g, ' ').trim(), href: at.getAttribute('href') ?? '', marked, inside, covered }
})

/** Presses Tab until `wanted` has the focus. Every stop on the way must be seen, named, and not hidden. */
export async function tabTo(page, what, wanted, { most = 80, back = false } = {}) {
  const way = []
  for (let n = 0; n < most; n++) {
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
    let at = await focused(page)
    // What moves out of the way has moved soon.
    for (let again = 0; at && (!at.inside || at.covered) && again < 20; again++) at = await focused(page)
    if (!at) continue
    way.push(`${at.tag} ${at.name.slice(0, 40)}`)
    if (!at.marked) throw new Hopeless(`the focus cannot be seen on ${at.tag} "${at.name}"`)
    if (!at.inside || at.covered) throw new Hopeless(`the focus is hidden on ${at.tag} "${at.name}"`)
    if (!at.name) throw new Hopeless(`a ${at.tag} has no name: ${at.href}`)
    if (wanted(at)) return at
  }
  throw new Hopeless(`no way to ${what} by Tab: ${way.join(' > ')}`)
}

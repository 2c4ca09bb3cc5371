// Chromium, and pages that remember what went wrong in them.
import { chromiumPath, require } from './paths.mjs'
import { zone } from './zone.mjs'

const { chromium } = require('playwright-core')

const flags = [
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-fake-device-for-media-stream=fps=10', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]
const launch = { executablePath: chromiumPath, headless: true, args: flags }

export const startBrowserServer = () => chromium.launchServer(launch)
/** A browser that runs already, or one of its own for a file that is run alone. */
export const openBrowser = (running = process.env.E2E_BROWSER) => (running ? chromium.connect(running) : chromium.launch(launch))

export const phone = { width: 390, height: 844 }
export const desk = { width: 1440, height: 900 }

// Runs before the page's own scripts: what the policy refused, and what jumped.
function watch() {
  window.__refused = []
  document.addEventListener('securitypolicyviolation', (event) => window.__refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))
  window.__shift = 0
  window.__shifted = []
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue
      window.__shift += entry.value
      window.__shifted.push(`${entry.value.toFixed(4)}: ${entry.sources.map(({ node }) => `${node?.nodeName} ${node?.className ?? ''} "${(node?.textContent ?? '').slice(0, 40)}"`).join('; ')}`)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** A browser profile of its own. `state` is a kept sign-in. */
export async function openProfile(browser, { state, viewport = desk, locale = 'en-US', scheme = 'light', worker = false, ...more } = {}) {
  const touch = viewport.width < 700
  const context = await browser.newContext({
    storageState: state, viewport, locale, colorScheme: scheme, timezoneId: zone, hasTouch: touch, isMobile: touch, reducedMotion: 'reduce',
    serviceWorkers: worker ? 'allow' : 'block', ...more,
  })
  context.setDefaultTimeout(20_000)
  await context.addInitScript(watch)
  const notes = []
  context.on('console', (message) => {
    if (message.type() === 'error') notes.push({ kind: 'console', page: message.page(), text: `${message.text()} (${message.location().url})` })
  })
  context.on('weberror', (error) => notes.push({ kind: 'error', page: error.page(), text: String(error.error()?.stack ?? error.error()) }))
  context.notes = notes
  context.underWay = new Set()
  // Of what a page says when it is left, the end is not told.
  context.on('request', (request) => request.url().endsWith('/presence') || context.underWay.add(request))
  for (const end of ['requestfinished', 'requestfailed']) context.on(end, (request) => context.underWay.delete(request))
  return context
}

/** What went wrong in the profile's pages so far, but for what the test said it expects. */
export async function wrongIn(context, expected = []) {
  const wrong = context.notes.map(({ kind, text }) => `${kind}: ${text}`)
  for (const page of context.pages()) {
    const refused = await page.evaluate(() => window.__refused ?? []).catch(() => [])
    wrong.push(...refused.map((text) => `policy: ${text}`))
  }
  return wrong.filter((text) => !expected.some((pattern) => pattern.test(text)))
}

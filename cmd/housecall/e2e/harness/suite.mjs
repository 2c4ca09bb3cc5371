// A file of tests: a site on a fresh copy, a browser, and scenes in it. A scene that fails leaves
// pictures and what its pages said; one that passes must have left no error in any page.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { desk, openBrowser, openProfile, phone, wrongIn } from './browser.mjs'
import { checkLog } from './log.mjs'
import { shotsFolder } from './paths.mjs'
import { useTemplate } from './template.mjs'

export { desk, phone }
const sceneMs = 120_000

/** `started` runs when the site does, `ended` after it, however the rest went. */
export function suite({ env, started, ended } = {}) {
  const all = {}
  const states = new Map() // one sign-in of an account for all scenes
  const stateOf = (who) => {
    if (who && !states.has(who)) states.set(who, all.template.state(who, all.site))
    return states.get(who)
  }
  before(async () => {
    all.template = await useTemplate()
    all.site = await all.template.copy(typeof env === 'function' ? await env(all.template) : env)
    all.browser = await openBrowser()
    await all.site.start()
    await started?.(all)
  })
  after(async () => {
    try {
      await all.browser?.close()
      const ran = all.site?.child
      await all.site?.stop()
      if (ran) checkLog(all.site)
    } finally {
      await ended?.(all) // what it leaves running would keep the file from ending
      all.site?.remove()
      all.template?.remove()
    }
  })

  /** `as` is who is signed in; `expect` are patterns of errors that belong to the scene. */
  const scene = (name, options, body) =>
    test(name, { timeout: options.timeout ?? sceneMs }, async (t) => {
      const profiles = []
      const expected = [...(options.expect ?? [])]
      const open = async (who, more = {}) => {
        const context = await openProfile(all.browser, { state: await stateOf(who), ...more })
        profiles.push(context)
        return context.newPage()
      }
      try {
        const page = await open(options.as, { viewport: options.viewport, locale: options.locale, scheme: options.scheme, worker: options.worker })
        await body({ t, page, open, site: all.site, template: all.template, browser: all.browser, expect: (...patterns) => expected.push(...patterns) })
        for (const context of profiles) assert.deepEqual(await wrongIn(context, expected), [], 'errors in the pages')
      } catch (error) {
        await leaveBehind(name, profiles)
        throw error
      } finally {
        await Promise.all(profiles.map((context) => context.close()))
      }
    })
  return Object.assign(scene, { all })
}

/** Pictures and words of every page that is open when something fails. */
export async function leaveBehind(name, profiles) {
  const folder = shotsFolder('failures')
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 60)
  for (const [n, context] of profiles.entries()) {
    for (const [m, page] of context.pages().entries()) {
      const at = path.join(folder, `${slug}-${n}-${m}`)
      await page.screenshot({ path: `${at}.png` }).catch(() => undefined)
      writeFileSync(`${at}.txt`, [page.url(), ...(await wrongIn(context)), '', await page.locator('body').innerText({ timeout: 1000 }).catch(() => '')].join('\n'))
    }
  }
  process.stderr.write(`pictures of the failure: ${folder}/${slug}-*\n`)
}

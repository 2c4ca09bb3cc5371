// The demo clinic is loaded and signed into once; every file of tests starts on a copy of it, at an
// address of its own, so that files may run at once.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openBrowser, openProfile } from './browser.mjs'
import { freshFolder, require } from './paths.mjs'
import { signIn } from './signin.mjs'
import { freePort, Site } from './site.mjs'
import { codesTyped, freshCode, theseWereTyped } from './totp.mjs'

const { request } = require('playwright-core')

const signedIn = ['patient', 'caregiver', 'clinician', 'nurse', 'frontdesk', 'privacy', 'admin']

/** Makes the template in a folder of its own and gives that folder. */
export async function makeTemplate(running) {
  const folder = freshFolder('e2e')
  const site = await new Site({ data: path.join(folder, 'data'), port: await freePort() }).start()
  const browser = await openBrowser(running)
  let made = false
  let agent = ''
  try {
    const waiting = [...signedIn]
    const some = async () => {
      for (let who; (who = waiting.shift());) {
        const context = await openProfile(browser)
        const page = await context.newPage()
        await signIn(page, site, who)
        agent = await page.evaluate(() => navigator.userAgent)
        await context.storageState({ path: path.join(folder, `${who}.json`) })
        await context.close()
      }
    }
    await Promise.all([some(), some()])
    made = true
  } finally {
    await browser.close()
    await site.stop()
    if (!made) rmSync(folder, { recursive: true, force: true })
  }
  writeFileSync(path.join(folder, 'template.json'), JSON.stringify({ url: site.url, made: Date.now(), agent, codes: codesTyped() }))
  return folder
}

// Over plain http a cookie's name holds a piece of the hash of the address (internal/identity/cookie.go).
const cookieOf = (url) => `hc_${createHash('sha256').update(url).digest('hex').slice(0, 8)}`

export class Template {
  constructor(folder) {
    this.folder = folder
    Object.assign(this, JSON.parse(readFileSync(path.join(folder, 'template.json'), 'utf8')))
    theseWereTyped(this.codes)
  }

  /** A site of its own with the template's data, not started yet. The copy's folder goes with the site. */
  async copy(env = {}) {
    const data = path.join(freshFolder('site'), 'data')
    mkdirSync(data, { recursive: true, mode: 0o700 })
    cpSync(path.join(this.folder, 'data'), data, { recursive: true, filter: (from) => !from.endsWith('.sock') })
    const site = new Site({ data, port: await freePort(), env })
    site.remove = () => rmSync(path.dirname(data), { recursive: true, force: true })
    return site
  }

  /** The sign-in of an account, as a browser keeps it for a copy. */
  state(who, site) {
    const kept = readFileSync(path.join(this.folder, `${who}.json`), 'utf8')
    const state = JSON.parse(kept.replaceAll(cookieOf(this.url), cookieOf(site.url)).replaceAll(this.url, site.url))
    return Date.now() - this.made < oldMs ? state : proved(state, site, site.accounts[who], this.agent)
  }
}

// What asks for a fresh proof takes one that is ten minutes old (internal/identity/stepup.go), and a file may take a few.
const oldMs = 4 * 60_000

/** The same sign-in, proved again, as the browser that it belongs to: in another one it would end. */
async function proved(state, site, { password, secret }, userAgent) {
  const session = await request.newContext({ baseURL: `${site.url}/api/v1/`, storageState: state, userAgent })
  try {
    const { csrf } = await (await session.get('me')).json()
    const answer = await session.post(secret ? 'step-up/totp' : 'step-up/password', { headers: { 'X-CSRF-Token': csrf, Origin: site.url }, data: secret ? { code: await freshCode(secret) } : { password } })
    if (!answer.ok()) throw new Error(`step-up: ${answer.status()} ${await answer.text()}`)
    return { ...state, cookies: (await session.storageState()).cookies }
  } finally {
    await session.dispose()
  }
}

/** The template of the whole run, or a new one for a file that is run alone. */
export async function useTemplate() {
  const shared = process.env.E2E_TEMPLATE
  const folder = shared || (await makeTemplate())
  const template = new Template(folder)
  template.remove = () => !shared && rmSync(folder, { recursive: true, force: true })
  return template
}

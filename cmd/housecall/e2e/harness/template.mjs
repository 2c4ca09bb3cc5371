// The demo clinic is loaded and signed into once; every file of tests starts on a copy of it, at the
// same address, because a session's cookie is bound to it.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openBrowser, openProfile } from './browser.mjs'
import { freshFolder } from './paths.mjs'
import { signIn } from './signin.mjs'
import { freePort, Site } from './site.mjs'

const signedIn = ['patient', 'caregiver', 'clinician', 'nurse', 'frontdesk', 'privacy', 'admin']

/** Makes the template in a folder of its own and gives that folder. */
export async function makeTemplate() {
  const folder = freshFolder('e2e')
  const site = await new Site({ data: path.join(folder, 'data'), port: await freePort() }).start()
  const browser = await openBrowser()
  let made = false
  try {
    for (const who of signedIn) {
      const context = await openProfile(browser)
      await signIn(await context.newPage(), site, who)
      await context.storageState({ path: path.join(folder, `${who}.json`) })
      await context.close()
    }
    made = true
  } finally {
    await browser.close()
    await site.stop()
    if (!made) rmSync(folder, { recursive: true, force: true })
  }
  writeFileSync(path.join(folder, 'template.json'), JSON.stringify({ port: site.port }))
  return folder
}

export class Template {
  constructor(folder) {
    this.folder = folder
    this.port = JSON.parse(readFileSync(path.join(folder, 'template.json'), 'utf8')).port
  }

  /** A site of its own with the template's data, not started yet. The copy's folder goes with the site. */
  copy(env = {}) {
    const data = path.join(freshFolder('site'), 'data')
    mkdirSync(data, { recursive: true, mode: 0o700 })
    cpSync(path.join(this.folder, 'data'), data, { recursive: true, filter: (from) => !from.endsWith('.sock') })
    const site = new Site({ data, port: this.port, env })
    site.remove = () => rmSync(path.dirname(data), { recursive: true, force: true })
    return site
  }

  state(who) {
    return who && path.join(this.folder, `${who}.json`)
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

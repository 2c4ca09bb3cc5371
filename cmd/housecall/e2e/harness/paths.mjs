// Where things are: the repository, the built binary, the web client's packages, and the folder for pictures.
import { mkdirSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../..')
export const web = path.join(root, 'portal', 'web')
export const binary = path.resolve(root, process.env.HOUSECALL_BIN || path.join('bin', 'housecall'))
export const chromiumPath = process.env.CHROMIUM || '/usr/bin/chromium'

/** Loads a package of the web client; the tests have none of their own. */
export const require = createRequire(path.join(web, 'package.json'))

/** A folder of its own, with a short name: the socket in a data folder may be 107 bytes long. */
export const freshFolder = (what) => mkdtempSync(path.join(tmpdir(), `hc-${what}-`))

/** Where pictures go: $E2E_SHOTS or beside the binary. */
export function shotsFolder(...parts) {
  const folder = path.join(path.resolve(root, process.env.E2E_SHOTS || path.join('bin', 'shots')), ...parts)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Somebody wants to look at pictures; else there are only those of what failed. */
export const pictures = Boolean(process.env.E2E_SHOTS)

/** Takes a picture of a page. */
export async function picture(page, folder, name, more = {}) {
  if (pictures) await page.screenshot({ path: path.join(shotsFolder(folder), `${name}.png`), ...more })
}

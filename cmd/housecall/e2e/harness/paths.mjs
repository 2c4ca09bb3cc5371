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

let pictures
/** Where pictures go: $E2E_SHOTS, so that people can look at them, else a folder of this run. */
export function shotsFolder(...parts) {
  pictures ??= process.env.E2E_SHOTS ? path.resolve(process.env.E2E_SHOTS) : freshFolder('shots')
  const folder = path.join(pictures, ...parts)
  mkdirSync(folder, { recursive: true })
  return folder
}

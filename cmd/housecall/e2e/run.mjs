// Runs the browser tests, two files at once: each has a copy of the demo clinic, and its lane a browser.
//   node cmd/housecall/e2e/run.mjs [FILE...]
// E2E_SHOTS: folder for pictures of every page. E2E_LANES: how many files at once. CHROMIUM: the browser. HOUSECALL_BIN: the binary under test.
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBrowserServer } from './harness/browser.mjs'
import { shotsFolder } from './harness/paths.mjs'
import { makeTemplate } from './harness/template.mjs'

const fileMs = 10 * 60_000 // a file that does not end would hold up all of them
const here = path.dirname(fileURLToPath(import.meta.url))
const named = process.argv.slice(2)
const files = named.length > 0 ? named.map((file) => path.resolve(file)) : readdirSync(here).filter((file) => file.endsWith('.test.mjs')).map((file) => path.join(here, file))

// What keeps a processor busy goes one file at a time: that which opens every page, and calls, which measure what comes.
const busy = new Set(files.filter((file) => /pages\.test/.test(file) || /camera|microphone/.test(readFileSync(file, 'utf8'))))
// What takes long begins early, so that the lanes end together.
const early = (file) => (/pages\.test/.test(file) ? Infinity : statSync(file).size + (busy.has(file) ? 1e6 : 0))
files.sort((a, b) => early(b) - early(a) || a.localeCompare(b))

/** Runs a file with a browser; what it says is printed when it is through. */
async function run(file, browser) {
  const template = await freshTemplate()
  const child = spawn(process.execPath, ['--experimental-websocket', '--test', '--test-concurrency=1', `--test-timeout=${fileMs}`, '--test-reporter=spec', file], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, E2E_BROWSER: browser.wsEndpoint(), E2E_TEMPLATE: template },
  })
  const began = Date.now()
  const said = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => said.push(bytes))
  return new Promise((done) => child.once('close', (status) => {
    process.stdout.write(`${path.basename(file)} (${Math.round((Date.now() - began) / 1000)} s)\n${Buffer.concat(said)}`)
    done(status === 0)
  }))
}

// Who signed in half an hour ago is signed out (internal/identity/session.go), and a file may take ten minutes.
const templateMs = 12 * 60_000
const templates = []
let making
function freshTemplate() {
  if (!making || Date.now() - making.at > templateMs) {
    const folder = makeTemplate(browsers[0].wsEndpoint())
    making = { at: Date.now(), folder: folder.then((made) => (templates.push(made), made)) }
  }
  return making.folder
}

const browsers = await Promise.all(Array.from({ length: Math.min(Number(process.env.E2E_LANES) || 2, files.length) }, startBrowserServer))
const failed = []
const late = []
const broken = []
try {
  await freshTemplate()
  const waiting = [...files]
  let running
  const next = () => {
    const at = waiting.findIndex((file) => !running || !busy.has(file))
    return at < 0 ? undefined : waiting.splice(at, 1)[0]
  }
  await Promise.all(browsers.map(async (browser) => {
    for (let file; (file = next());) {
      if (busy.has(file)) running = file
      if (!(await run(file, browser))) failed.push(file)
      if (running === file) running = undefined
    }
  }))
  // A file that fails is run once more, by itself, and it is said: a browser on a busy machine may be late once, what is
  // broken is broken twice.
  for (const file of failed) {
    console.log(`again: ${path.basename(file)}`)
    ;((await run(file, browsers[0])) ? late : broken).push(path.basename(file))
  }
} finally {
  await Promise.all(browsers.map((browser) => browser.close()))
  for (const folder of templates) rmSync(folder, { recursive: true, force: true })
}
if (late.length > 0) console.log(`passed at the second try only: ${late.join(', ')}`)
if (broken.length > 0) console.log(`failed: ${broken.join(', ')}`)
if (process.env.E2E_SHOTS || failed.length > 0) console.log(`pictures: ${shotsFolder()}`)
process.exitCode = broken.length > 0 ? 1 : 0

// Runs the browser tests, two files at once: each has a copy of the demo clinic, and its lane a browser.
//   node cmd/housecall/e2e/run.mjs [FILE...]
// E2E_SHOTS: folder for pictures of every page. E2E_LANES: how many files at once. CHROMIUM: the browser. HOUSECALL_BIN: the binary under test.
import { spawn } from 'node:child_process'
import { readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBrowserServer } from './harness/browser.mjs'
import { shotsFolder } from './harness/paths.mjs'
import { makeTemplate } from './harness/template.mjs'

const fileMs = 10 * 60_000 // a file that does not end would hold up all of them
const here = path.dirname(fileURLToPath(import.meta.url))
const named = process.argv.slice(2)
const files = named.length > 0 ? named.map((file) => path.resolve(file)) : readdirSync(here).filter((file) => file.endsWith('.test.mjs')).map((file) => path.join(here, file))

// What takes long begins early, so that the lanes end together: files that open every page, then the big ones.
const early = (file) => (/pages\.test/.test(file) ? Infinity : statSync(file).size)
files.sort((a, b) => early(b) - early(a) || a.localeCompare(b))

/** Runs a file with a browser; what it says is printed when it is through. */
function run(file, browser) {
  const child = spawn(process.execPath, ['--experimental-websocket', '--test', '--test-concurrency=1', `--test-timeout=${fileMs}`, '--test-reporter=spec', file], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, E2E_BROWSER: browser.wsEndpoint(), E2E_TEMPLATE: template },
  })
  const said = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => said.push(bytes))
  return new Promise((done) => child.once('close', (status) => {
    process.stdout.write(`${path.basename(file)}\n${Buffer.concat(said)}`)
    done(status === 0)
  }))
}

const browsers = await Promise.all(Array.from({ length: Math.min(Number(process.env.E2E_LANES) || 2, files.length) }, startBrowserServer))
let template
const failed = []
const late = []
const broken = []
try {
  template = await makeTemplate(browsers[0].wsEndpoint())
  const waiting = [...files]
  await Promise.all(browsers.map(async (browser) => {
    for (let file; (file = waiting.shift());) if (!(await run(file, browser))) failed.push(file)
  }))
  // A file that fails is run once more, by itself, and it is said: a browser on a busy machine may be late once, what is
  // broken is broken twice.
  for (const file of failed) {
    console.log(`again: ${path.basename(file)}`)
    ;((await run(file, browsers[0])) ? late : broken).push(path.basename(file))
  }
} finally {
  await Promise.all(browsers.map((browser) => browser.close()))
  if (template) rmSync(template, { recursive: true, force: true })
}
if (late.length > 0) console.log(`passed at the second try only: ${late.join(', ')}`)
if (broken.length > 0) console.log(`failed: ${broken.join(', ')}`)
if (process.env.E2E_SHOTS || failed.length > 0) console.log(`pictures: ${shotsFolder()}`)
process.exitCode = broken.length > 0 ? 1 : 0

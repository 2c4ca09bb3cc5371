// Runs third-party FHIR clients and validators against a demo clinic, on SQLite and, if HOUSECALL_TEST_POSTGRES names a
// server, on PostgreSQL.
//   node cmd/housecall/oracles/run.mjs [FILE...]
// HOUSECALL_BIN: the binary under test.
import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkLog } from '../e2e/harness/log.mjs'
import { freshFolder, root } from '../e2e/harness/paths.mjs'
import { freePort, Site } from '../e2e/harness/site.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const named = process.argv.slice(2)
const files = named.length > 0 ? named.map((file) => path.resolve(file)) : readdirSync(here).filter((file) => file.endsWith('.test.mjs')).sort().map((file) => path.join(here, file))
const needsSite = (file) => readFileSync(file, 'utf8').includes("from './site.mjs'")

/** Runs files of tests one after the other; they share a clinic. */
function run(list, env = {}) {
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...list], { stdio: 'inherit', env: { ...process.env, ...env } })
  return new Promise((done) => child.once('exit', (status) => done(status === 0)))
}

async function runOn(list, database, env) {
  console.log(`on ${database}`)
  const folder = freshFolder('oracles')
  // A script asks faster than the limit for one account.
  const site = new Site({ data: path.join(folder, 'data'), port: await freePort(), env: { HOUSECALL_RATE_LIMIT: '0', ...env } })
  let good = false
  try {
    await site.start()
    good = await run(list, { ORACLES_SITE: JSON.stringify({ data: site.data, port: site.port, env: site.env }) })
  } finally {
    try {
      await site.stop()
      checkLog(site)
    } catch (error) {
      good = false
      console.error(error.message)
    }
    if (!good) console.error(`the server's log:\n${site.log.slice(-8000)}`)
    rmSync(folder, { recursive: true, force: true })
  }
  return good
}

/** A database of its own on the server for tests. */
const database = (...args) => execFileSync('go', ['run', '-trimpath', './cmd/housecall/oracles/testdata/database', ...args], { cwd: root, env: { ...process.env, CGO_ENABLED: '0' }, encoding: 'utf8' }).trim()

const alone = files.filter((file) => !needsSite(file))
const together = files.filter(needsSite)
let good = alone.length === 0 || (await run(alone))
if (together.length > 0) {
  good = (await runOn(together, 'SQLite', {})) && good
  if (process.env.HOUSECALL_TEST_POSTGRES) {
    const url = database('make')
    try {
      good = (await runOn(together, 'PostgreSQL', { HOUSECALL_DATABASE_URL: url })) && good
    } finally {
      database('drop', url)
    }
  } else {
    console.log('left out: PostgreSQL; HOUSECALL_TEST_POSTGRES names no server')
  }
}
process.exitCode = good ? 0 : 1

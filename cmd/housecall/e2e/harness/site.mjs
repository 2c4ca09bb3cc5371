// A running Housecall: the built binary with a data folder and a port of its own.
import { execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { binary } from './paths.mjs'
import { Hopeless, until } from './wait.mjs'
import { zone } from './zone.mjs'

const run = promisify(execFile)

export async function freePort() {
  const server = createServer()
  await new Promise((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

/** Settings that the person who runs the tests may have must not reach the site under test. */
function environment(port, data, more) {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HOUSECALL_')))
  return {
    ...clean, HOUSECALL_ADDR: `127.0.0.1:${port}`, HOUSECALL_BASE_URL: `http://localhost:${port}`, HOUSECALL_DATA: data,
    HOUSECALL_TIME_ZONE: zone, HOUSECALL_TAKE_BACK: '2s', ...more, // what is sent can be taken back for a while; here a short one
  }
}

export class Site {
  constructor({ data, port, env = {}, demo = true }) {
    Object.assign(this, { data, port, env, demo, url: `http://localhost:${port}`, log: '', said: '' })
  }

  /** Starts the binary and waits until it says that it is ready. */
  async start({ within = 90_000 } = {}) {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: make build`)
    const child = spawn(binary, ['serve', ...(this.demo ? ['--demo'] : [])], { env: environment(this.port, this.data, this.env), stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    this.ended = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })))
    // Accounts are printed to the one stream, the log goes to the other.
    child.stdout.setEncoding('utf8').on('data', (text) => (this.said += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (this.log += text))
    await until('the site is ready', async () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Hopeless(`serve ended: ${this.log}${this.said}`)
      const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`, { headers: { Host: `localhost:${this.port}` } })
      return answer.ok
    }, { within }).catch((error) => {
      child.kill('SIGKILL')
      throw new Error(`${error.message}\n${this.said}${this.log}`, { cause: error })
    })
    return this
  }

  /** Ends it as Ctrl-C does; an end that is not clean is an error. */
  async stop() {
    if (!this.child) return
    this.child.kill('SIGINT')
    const killer = setTimeout(() => this.child?.kill('SIGKILL'), 20_000)
    const { code, signal } = await this.ended
    clearTimeout(killer)
    this.child = undefined
    if (code !== 0) throw new Error(`serve ended with ${signal ?? code}:\n${this.log.slice(-4000)}`)
  }

  /** Cuts it off without a word, as a power failure would. */
  async kill() {
    this.child?.kill('SIGKILL')
    await this.ended
    this.child = undefined
  }

  /** Runs another command of the binary beside the server and gives what it printed. */
  async command(...args) {
    const { stdout } = await run(binary, args, { env: environment(this.port, this.data, this.env), timeout: 60_000 })
    return stdout.trim()
  }

  /** The demo's accounts, by the part of the address before the @. */
  get accounts() {
    this.known ??= Object.fromEntries(
      readFileSync(path.join(this.data, 'demo-accounts.txt'), 'utf8').split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
        const [email, password, secret, , roles, name] = line.split('\t')
        return [email.split('@')[0], { email, password, secret: secret === '-' ? '' : secret, roles: roles === '-' ? [] : roles.split(','), name }]
      }),
    )
    return this.known
  }

  /** Asks as a system, by a token that the operator made. */
  async fhir(method, where, body) {
    this.token ??= await this.command('token', '--system', '--name', 'Lab feed', '--scope', 'system/*.cruds')
    const answer = await fetch(`${this.url}/fhir/${where}`, {
      method, headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/fhir+json', Accept: 'application/fhir+json' }, body: body && JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} /fhir/${where}: ${answer.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }
}

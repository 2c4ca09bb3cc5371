// Firefox, spoken to in WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/): as much of it as a visit needs.
import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freshFolder } from './paths.mjs'
import { until } from './wait.mjs'

const firefoxPath = process.env.FIREFOX || '/usr/bin/firefox-esr'

const prefs = {
  // Pages that may use neither know only the addresses of the way out, and this machine's own is none of them.
  'permissions.default.camera': 1, 'permissions.default.microphone': 1,
  'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true, 'media.peerconnection.ice.loopback': true, 'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0,
  'media.gmp-manager.updateEnabled': false, 'media.gmp-provider.enabled': false, 'browser.shell.checkDefaultBrowser': false, 'browser.startup.page': 0, 'browser.startup.homepage_override.mstone': 'ignore',
  'browser.aboutwelcome.enabled': false, 'datareporting.policy.dataSubmissionEnabled': false, 'toolkit.telemetry.reportingpolicy.firstRun': false, 'app.normandy.enabled': false, 'app.update.disabledForTesting': true,
  'extensions.update.enabled': false, 'extensions.systemAddon.update.enabled': false, 'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false, 'services.settings.server': 'data:,',
  'browser.safebrowsing.update.enabled': false, 'intl.accept_languages': 'en-US', 'privacy.trackingprotection.enabled': false, 'ui.prefersReducedMotion': 1, 'remote.active-protocols': 1,
}

/** A Firefox with one page. `before` is a function that runs before a page's own scripts. */
export async function openFirefox({ before, viewport }) {
  const profile = freshFolder('firefox')
  writeFileSync(path.join(profile, 'user.js'), Object.entries(prefs).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''))
  const child = spawn(firefoxPath, ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' } })
  const ended = new Promise((done) => child.once('exit', done).once('error', done))
  let said = ''
  child.once('error', (error) => (said += `${error.message}: make setup installs it, or set FIREFOX`))
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
  const close = async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const at = await until('Firefox listens', () => /listening on (ws:\S+)/.exec(said)?.[1], { within: 60_000 })
    const ask = await talk(`${at}/session`)
    await ask('session.new', { capabilities: {} })
    const { contexts } = await ask('browsingContext.getTree', {})
    const { context } = contexts[0]
    if (before) await ask('script.addPreloadScript', { functionDeclaration: String(before) })
    await ask('browsingContext.setViewport', { context, viewport })
    return { ...pageOf(ask, context), close }
  } catch (error) {
    await close()
    throw new Error(`${error.message}\n${said.slice(-2000)}`, { cause: error })
  }
}

/** A socket on which each question gets its answer. */
async function talk(url) {
  const socket = new WebSocket(url)
  const asked = new Map()
  await new Promise((done, fail) => {
    socket.onopen = done
    socket.onerror = () => fail(new Error(`${url} cannot be opened`))
  })
  socket.onmessage = ({ data }) => {
    const { id, type, result, error, message } = JSON.parse(data)
    const { done, fail } = asked.get(id) ?? {}
    asked.delete(id)
    if (type === 'success') done?.(result)
    else if (type === 'error') fail?.(new Error(`${error}: ${message}`))
  }
  socket.onclose = () => asked.forEach(({ fail }) => fail(new Error('Firefox is gone')))
  let last = 0
  return (method, params) => new Promise((done, fail) => {
    const id = ++last
    asked.set(id, { done, fail })
    socket.send(JSON.stringify({ id, method, params }))
  })
}

// Runs in the page. A name is what a label, an aria-label or the words of an element say.
const find = ({ kind, name }) => {
  const words = (one) => (one.getAttribute('aria-label') ?? one.textContent).replace(/\s+/g, ' ').trim()
  if (kind !== 'field') return [...document.querySelectorAll(kind)].find((one) => words(one) === name && one.getClientRects().length > 0)
  const label = [...document.querySelectorAll('label')].find((one) => one.textContent.trim() === name)
  return label?.control ?? document.querySelector(`[aria-label=${JSON.stringify(name)}]`)
}

function pageOf(ask, context) {
  const call = async (fn, arg, more = {}) => {
    const answer = await ask('script.callFunction', { functionDeclaration: String(fn), arguments: arg === undefined ? [] : [{ type: 'string', value: JSON.stringify(arg) }], awaitPromise: true, target: { context }, userActivation: true, ...more })
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text)
    return answer.result
  }
  const evaluate = async (fn, arg) => {
    const { value } = await call(`async (arg) => JSON.stringify(await (${String(fn)})(arg === undefined ? undefined : JSON.parse(arg)))`, arg)
    return value === undefined ? undefined : JSON.parse(value)
  }
  const act = (actions) => ask('input.performActions', { context, actions })
  /** The elements of a kind by their names: whichever comes first. */
  const element = (kind, ...names) => until(`${kind} ${names.join(' or ')}`, async () => {
    for (const name of names) {
      const { sharedId } = await call(`(arg) => (${String(find)})(JSON.parse(arg)) ?? null`, { kind, name }, { resultOwnership: 'root' })
      if (sharedId) return { sharedId }
    }
    return undefined
  }, { within: 20_000, every: 100 })
  const click = async (one) => {
    await call('(one) => one.scrollIntoView({ block: "center" })', undefined, { arguments: [one] })
    await act([{ type: 'pointer', id: 'mouse', actions: [{ type: 'pointerMove', x: 0, y: 0, origin: { type: 'element', element: one } }, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }] }])
  }
  return {
    evaluate,
    goto: (url) => ask('browsingContext.navigate', { context, url, wait: 'complete' }),
    reload: () => ask('browsingContext.reload', { context, wait: 'complete' }),
    title: (name) => element('h1', name),
    press: async (...names) => click(await element('button', ...names)),
    check: async (name) => click(await element('field', name)),
    async select(name, value) {
      await call('(one, value) => { Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value").set.call(one, value); one.dispatchEvent(new Event("change", { bubbles: true })) }', undefined, { arguments: [await element('field', name), { type: 'string', value }] })
    },
    async fill(name, text) {
      await click(await element('field', name))
      await act([{ type: 'key', id: 'keys', actions: [...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]) }])
    },
    async screenshot() {
      return Buffer.from((await ask('browsingContext.captureScreenshot', { context })).data, 'base64')
    },
  }
}

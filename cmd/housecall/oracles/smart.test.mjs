// A SMART app made with npm fhirclient, launched by itself (SMART App Launch 2.2, section 2.0.3): authorize(), the
// person's sign-in, ready(), reading with the token, a new token by the refresh token.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { memory, smartFor } from './fhirclient.mjs'
import { fhirURL, site } from './site.mjs'

const app = createServer()
let ready // what the app's page of return got: the library's client, or its refusal
before(async () => {
  const sessions = memory()
  app.on('request', async (request, response) => {
    const smart = smartFor(request, response, sessions)
    if (request.url.startsWith('/launch')) {
      return smart.authorize({ iss: fhirURL, clientId: 'housecall-phone', scope: 'openid fhirUser offline_access patient/*.rs', redirectUri: '/callback', pkceMode: 'required' })
    }
    ready = await smart.ready().then((client) => ({ client }), (error) => ({ error }))
    response.end('ready')
  })
  await new Promise((done) => app.listen(0, '127.0.0.1', done))
})
after(() => new Promise((done) => app.close(done)))

const at = (path) => `http://127.0.0.1:${app.address().port}${path}`

/** A browser: it keeps cookies by host and follows redirects until there is none. */
function browser() {
  const jar = new Map()
  const ask = async (url, options = {}) => {
    const { host } = new URL(url)
    const cookie = [...(jar.get(host) ?? new Map())].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, { redirect: 'manual', ...options, headers: { ...options.headers, ...(cookie && { Cookie: cookie }) } })
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';', 1)[0].split(/=(.*)/s)
      jar.set(host, (jar.get(host) ?? new Map()).set(name, value))
    }
    return answer
  }
  const go = async (url) => {
    for (let n = 0; n < 10; n++) {
      const answer = await ask(url)
      const to = answer.headers.get('location')
      if (!to) return { url, status: answer.status }
      url = new URL(to, url).href
    }
    throw new Error('too many redirects')
  }
  return { ask, go }
}

test('a person signs in to the app, and the app reads their chart and no other', async () => {
  const { ask, go } = browser()
  const page = await go(at('/launch'))
  assert.equal(new URL(page.url).origin, site.url, page.url)
  const request = new URL(page.url).searchParams.get('request')
  const { email, password } = site.accounts.patient
  const answer = await ask(`${site.url}/auth/password`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', Origin: site.url }, body: JSON.stringify({ request, email, password }),
  })
  const { next } = await answer.json()
  assert.ok(next, `signed in: ${answer.status}`)
  const back = await go(new URL(next, site.url).href)
  assert.match(back.url, /\/callback\?/)
  assert.equal(ready.error, undefined)

  const { client } = ready
  assert.match(client.getState('tokenResponse.scope'), /patient\/\*\.rs/)
  assert.match(client.user.fhirUser, /^(.*\/)?Patient\//)
  const own = await client.request('Patient', { flat: true })
  assert.equal(own.length, 1)
  assert.ok(client.user.fhirUser.endsWith(`Patient/${own[0].id}`))
  assert.ok((await client.request('Observation?_count=10', { flat: true })).every((one) => one.subject.reference === `Patient/${own[0].id}`))
  await assert.rejects(client.create({ resourceType: 'Observation', status: 'final', code: { text: 'Mood' }, subject: { reference: `Patient/${own[0].id}` } }), (error) => error.status === 403 || error.status === 404, 'the scopes allow reading')

  // Which client a refresh token belongs to, a public one must say (RFC 6749, section 3.2.1); the library does on request.
  client.environment.options.refreshTokenWithClientId = true
  const old = client.getState('tokenResponse.access_token')
  await client.refresh()
  assert.notEqual(client.getState('tokenResponse.access_token'), old)
  assert.equal((await client.request('Patient', { flat: true })).length, 1)
})

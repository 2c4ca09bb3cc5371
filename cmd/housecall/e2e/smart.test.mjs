// A SMART app in a page of its own, made with npm fhirclient: launched by itself, let in by the patient without one
// kind of data, and cut off by them (SMART App Launch 2.2, section 2.0.3).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { after } from 'node:test'
import { found } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { visit } from './harness/pages.mjs'
import { root } from './harness/paths.mjs'
import { typePassword } from './harness/signin.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { en, patternOf } from './harness/words.mjs'

const library = readFileSync(path.join(root, 'cmd/housecall/oracles/node_modules/fhirclient/build/fhir-client.js'))
const scope = 'openid fhirUser launch/patient offline_access patient/Patient.rs patient/Observation.rs patient/Condition.rs patient/Appointment.cruds'
const pages = {
  '/launch.html': ({ site }) => `FHIR.oauth2.authorize(${JSON.stringify({ iss: `${site.url}/fhir`, clientId: 'growth', scope, redirectUri: '/app.html', pkceMode: 'required' })})`,
  // Opened from a chart: who it is about comes with the address.
  '/ehr.html': () => `FHIR.oauth2.authorize(${JSON.stringify({ clientId: 'growth', scope: 'openid fhirUser launch patient/Patient.rs patient/Observation.rs', redirectUri: '/app.html', pkceMode: 'required' })})`,
  '/app.html': () => 'FHIR.oauth2.ready().then((client) => { window.client = client }, (error) => { window.refused = String(error) })',
}
const app = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://app.test')
  if (pathname === '/fhir-client.js') return response.setHeader('Content-Type', 'text/javascript').end(library)
  if (!pages[pathname]) return response.writeHead(404).end()
  response.setHeader('Content-Type', 'text/html').end(`<!doctype html><html lang="en"><title>Growth</title><link rel="icon" href="data:,"><script src="/fhir-client.js"></script><script>${pages[pathname](scene.all)}</script></html>`)
})
after(() => new Promise((done) => app.close(done)))
const at = (where) => `http://localhost:${app.address().port}${where}`

const scene = suite({
  started: async ({ site }) => {
    await new Promise((done) => app.listen(0, '127.0.0.1', done))
    execFileSync('go', ['run', '-trimpath', './cmd/housecall/e2e/testdata/registerclient', '-data', site.data, '-base', site.url, '-id', 'growth', '-name', 'Growth Chart', '-redirect', at('/app.html'), '-launch', at('/ehr.html'), '-scopes', 'launch launch/patient fhirUser patient/*.cruds', '-offline'], {
      cwd: root, env: { ...process.env, CGO_ENABLED: '0' }, stdio: 'pipe',
    })
  },
})

/** Asks as the app does, and gives the status. */
const ask = (page, what) =>
  page.evaluate(async (where) => {
    const { serverUrl, tokenResponse } = window.client.state
    return (await fetch(`${serverUrl}/${where}`, { headers: { Authorization: `Bearer ${tokenResponse.access_token}`, Accept: 'application/fhir+json' } })).status
  }, what)

/** Uses the refresh token, as a public app does, and gives the status and the scopes. */
const refresh = (page) =>
  page.evaluate(async () => {
    const { tokenUri, tokenResponse } = window.client.state
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokenResponse.refresh_token, client_id: 'growth' })
    const answer = await fetch(tokenUri, { method: 'POST', body })
    const said = await answer.json()
    if (answer.ok) Object.assign(tokenResponse, said)
    return { status: answer.status, scope: said.scope, error: said.error }
  })

scene('an app is let in without one kind of data, and cut off', { viewport: phone, expect: [/status of 40[0134]/, /ApiError: You are signed out/] }, async ({ page, site }) => {
  const wrong = []
  await page.goto(at('/launch.html'))
  await page.getByText(en('signIn.app', { name: 'Growth Chart' })).waitFor()
  await typePassword(page, site.accounts.patient)
  await page.getByRole('heading', { level: 1, name: en('connected.consent.title', { app: 'Growth Chart' }) }).waitFor()
  const see = page.getByRole('group', { name: en('connected.consent.see'), exact: true })
  assert.equal(await see.getByRole('checkbox').count(), 4)
  await page.getByRole('group', { name: en('connected.consent.change'), exact: true }).getByRole('checkbox').uncheck()
  await see.getByRole('checkbox', { name: en('connected.type.Condition') }).uncheck()
  await look(page, 'consent', wrong)
  await page.setViewportSize(phone)
  await page.getByRole('button', { name: en('connected.consent.allow'), exact: true }).click()

  await page.waitForURL((url) => url.pathname === '/app.html')
  await page.waitForFunction(() => window.client ?? window.refused)
  assert.equal(await page.evaluate(() => window.refused), undefined)
  const state = await page.evaluate(() => window.client.state.tokenResponse)
  assert.equal(state.scope, 'openid fhirUser launch/patient offline_access patient/Patient.rs patient/Observation.rs patient/Appointment.rs')
  const patient = await page.evaluate(() => window.client.patient.read())
  assert.equal(patient.id, state.patient)
  const results = await page.evaluate(() => window.client.request('Observation?_count=5', { flat: true }))
  assert.ok(results.length > 0)
  assert.equal(await ask(page, `Observation?patient=${state.patient}`), 200)
  assert.equal(await ask(page, `Condition?patient=${state.patient}`), 403, 'what was unticked')

  // In another tab the patient looks at what it did, and cuts it off.
  const own = await page.context().newPage()
  await own.goto(`${site.url}/apps`)
  const card = own.getByRole('region', { name: 'Growth Chart' })
  await card.getByText(en('connected.list.own')).waitFor()
  assert.equal(await card.getByText(en('connected.type.Condition'), { exact: true }).count(), 0)
  await card.getByText(en('connected.list.did')).click()
  await card.getByRole('table').getByText(new RegExp(en('inline.results'))).first().waitFor()
  await look(own, 'apps', wrong)
  await own.setViewportSize(phone)

  // They take a kind of data away: the app goes on with the rest, and so does what it refreshes.
  assert.equal(await ask(page, `Appointment?patient=${state.patient}`), 200)
  await card.getByRole('button', { name: en('connected.list.less') }).click()
  const less = own.getByRole('dialog')
  await less.getByRole('button', { name: en('connected.list.lessGo'), exact: true }).click()
  await less.getByText(en('connected.list.lessSame')).waitFor()
  await less.getByRole('checkbox', { name: en('connected.type.Appointment') }).uncheck()
  await look(own, 'apps-less', wrong)
  await own.setViewportSize(phone)
  await less.getByRole('button', { name: en('connected.list.lessGo'), exact: true }).click()
  await own.getByText(en('connected.list.lessDone', { app: 'Growth Chart' })).waitFor()
  await card.getByText(en('connected.type.Appointment'), { exact: true }).waitFor({ state: 'detached' })
  assert.equal(await ask(page, `Appointment?patient=${state.patient}`), 403)
  assert.equal(await ask(page, `Observation?patient=${state.patient}`), 200)
  assert.deepEqual(await refresh(page), { status: 200, scope: 'openid fhirUser launch/patient offline_access patient/Patient.rs patient/Observation.rs', error: undefined })
  assert.equal(await ask(page, `Appointment?patient=${state.patient}`), 403)

  // Then the access while they are away: nothing is refreshed any more, and what is open works on.
  await card.getByText(en('connected.list.offline')).waitFor()
  await card.getByRole('button', { name: en('connected.list.less') }).click()
  await less.getByRole('checkbox', { name: patternOf(`${en('connected.scope.offline')}{{more}}`) }).uncheck()
  await less.getByRole('button', { name: en('connected.list.lessGo'), exact: true }).click()
  await card.getByText(en('connected.list.offline')).waitFor({ state: 'detached' })
  assert.equal(await ask(page, `Observation?patient=${state.patient}`), 200)
  assert.equal((await refresh(page)).error, 'invalid_grant')
  const anew = await page.context().newPage() // more is given by a consent alone
  await anew.goto(at('/launch.html'))
  await anew.getByRole('heading', { level: 1, name: en('connected.consent.title', { app: 'Growth Chart' }) }).waitFor()
  await anew.close()
  await card.getByRole('button', { name: en('connected.list.end') }).click()
  await own.getByRole('dialog').getByRole('button', { name: en('connected.list.endGo'), exact: true }).click()
  await own.getByText(en('connected.list.ended', { app: 'Growth Chart' })).waitFor()
  await own.getByRole('heading', { name: en('connected.list.empty') }).waitFor()

  assert.equal(await ask(page, `Patient/${state.patient}`), 401)
  assert.equal((await refresh(page)).error, 'invalid_grant')
  assert.deepEqual(wrong, [])
})

scene('refused, the app is told so and gets nothing', { as: 'patient', viewport: phone }, async ({ page }) => {
  await page.goto(at('/launch.html'))
  await page.getByRole('button', { name: en('connected.consent.refuse'), exact: true }).click()
  await page.waitForURL((url) => url.pathname === '/app.html')
  await page.waitForFunction(() => window.client ?? window.refused)
  assert.match(await page.evaluate(() => window.refused), /access_denied/)
})

scene('a doctor opens the app from a chart, in a window of its own', { as: 'clinician', expect: [/status of 40[0134]/] }, async ({ page, site }) => {
  const wrong = []
  const { items } = await found(page, site, '/clinic/patients', 'Rosa')
  const { patient } = items[0]
  await visit(page, `${site.url}/clinic/p/${patient}`)
  const start = page.getByRole('button', { name: en('starts.one', { app: 'Growth Chart' }) })
  await look(page, 'clinic-chart-app', wrong)
  await page.setViewportSize(desk)
  await start.focus()
  const [app] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Enter')])
  await app.getByRole('heading', { level: 1, name: en('connected.consent.title', { app: 'Growth Chart' }) }).waitFor()
  await app.getByText(en('connected.consent.for', { name: items[0].name })).waitFor()
  await app.getByRole('button', { name: en('connected.consent.allow'), exact: true }).click()
  await app.waitForURL((url) => url.pathname === '/app.html')
  await app.waitForFunction(() => window.client ?? window.refused)
  assert.equal(await app.evaluate(() => window.refused), undefined)
  assert.equal(await app.evaluate(() => window.client.patient.id), patient, 'about the chart that it was opened from')
  assert.equal(await app.evaluate(() => window.opener), null, 'it has no hand on the chart')
  assert.equal(await ask(app, `Observation?patient=${patient}`), 200)
  assert.equal(await ask(app, 'Condition'), 403)
  assert.deepEqual(wrong, [])
})

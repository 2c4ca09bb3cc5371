// A patient invites somebody, who accepts with the link and sees what was given, and no more; less at once when it is narrowed.
import assert from 'node:assert/strict'
import { ask, must, people } from './harness/chart.mjs'
import { look } from './harness/look.mjs'
import { settled, visit } from './harness/pages.mjs'
import { typeCode, typePassword } from './harness/signin.mjs'
import { phone, suite } from './harness/suite.mjs'
import { codeOf } from './harness/totp.mjs'
import { until } from './harness/wait.mjs'
import { en, english, patternOf } from './harness/words.mjs'

const scene = suite()

/** What needs the person once more: asked in place when the last proof is old. */
async function confirmed(page, site, done, who = 'patient') {
  const proof = page.getByRole('dialog', { name: en('account.stepUpTitle') })
  const { password, secret } = site.accounts[who]
  // A code counts once; the next one counts already a little before its time.
  for (const ahead of [0, 30_000]) {
    await proof.or(done).first().waitFor()
    if (!(await proof.isVisible())) break
    if (secret) await proof.getByLabel(en('account.stepUpCode'), { exact: true }).fill(codeOf(secret, Date.now() + ahead))
    else await proof.getByLabel(en('account.stepUpPassword'), { exact: true }).fill(password)
    await proof.getByRole('button', { name: en('account.stepUpGo') }).click()
    if (await proof.waitFor({ state: 'hidden', timeout: 3_000 }).then(() => true, () => false)) break
  }
  await done.waitFor()
}

scene('an invitation is accepted by its link, shows what was given, and less when it is narrowed', { as: 'patient', viewport: phone, expect: [/status of 40[134]/, /ApiError: You are signed out/] }, async ({ page, open, site }) => {
  const { self } = await people(page, site)
  const wrong = []
  const grants = async () => (await must(page, site, `/charts/${self.patient}/grants`)).items.filter(({ state }) => state === 'active')
  const { csrf } = await must(page, site, '/me')
  for (const { id } of await grants()) {
    const answer = await page.context().request.delete(`${site.url}/api/v1/charts/${self.patient}/grants/${id}`, { headers: { 'X-CSRF-Token': csrf, Origin: site.url } })
    assert.equal(answer.status(), 204)
  }

  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  await page.getByRole('link', { name: en('offer.open') }).click()
  await page.getByRole('button', { name: en('offer.go') }).click()
  await page.getByRole('link', { name: en('offer.needName') }).waitFor()
  await page.getByLabel(en('offer.name'), { exact: true }).fill('My daughter')
  await page.getByLabel(en('offer.relation'), { exact: true }).selectOption('parent')
  const sees = page.getByRole('group', { name: en('offer.sees') })
  for (const part of ['conditions', 'allergies', 'immunizations', 'vitals', 'visits', 'documents', 'careplan']) await sees.getByLabel(new RegExp(`^${en(`inline.${part}`)}$`, 'i')).uncheck()
  await look(page, 'sharing-invite', wrong)
  await page.setViewportSize(phone)
  await page.getByRole('button', { name: en('offer.go') }).click()
  const field = page.getByLabel(en('offer.link'), { exact: true })
  await confirmed(page, site, field)
  const link = await field.inputValue()
  assert.match(link, /\/share\/accept#[\w-]{40,}$/)
  await look(page, 'sharing-link', wrong)
  await page.setViewportSize(phone)
  await page.getByRole('link', { name: en('offer.back') }).click()
  await page.getByText(en('offer.notYet')).waitFor()
  await look(page, 'sharing-waiting', wrong)

  // The link in a browser that nobody is signed in with: its secret goes to no server before there is somebody.
  const carer = await open(undefined, { viewport: phone })
  const secret = link.split('#')[1]
  const heard = []
  carer.on('request', (request) => heard.push({ url: request.url(), body: request.postData() ?? '' }))
  await carer.goto(link)
  await carer.getByRole('link', { name: en('signIn.start'), exact: true }).click()
  await carer.getByLabel(en('signIn.email'), { exact: true }).waitFor()
  assert.doesNotMatch(await carer.locator('body').innerText(), new RegExp(self.name), 'not a word about whom before the sign-in')
  assert.ok(heard.every(({ url, body }) => !url.split('#')[0].includes(secret) && !body.includes(secret)), 'the secret stayed in the browser')
  await typePassword(carer, site.accounts.caregiver)
  if (site.accounts.caregiver.secret) await typeCode(carer, site.accounts.caregiver.secret)
  const accept = carer.getByRole('button', { name: en('accept.go') })
  await accept.waitFor()
  assert.ok(!carer.url().includes(secret), 'the address does not keep it')
  await carer.getByRole('heading', { name: en('accept.title', { name: self.name }) }).waitFor()
  assert.equal((await ask(carer, site, `/charts/${self.patient}`)).status, 404, 'looking is not accepting')
  await look(carer, 'sharing-accept', wrong)
  await carer.setViewportSize(phone)
  await accept.click()
  await carer.waitForURL(new RegExp(`/p/${self.patient}`))
  await settled(carer)
  const count = async (section) => (await must(carer, site, `/charts/${self.patient}/sections/${section}`)).items.length
  assert.ok((await count('medicines')) > 0 && (await count('results')) > 0)
  assert.equal(await count('conditions'), 0)
  assert.ok(heard.every(({ url }) => !url.split('#')[0].includes(secret)), 'no address ever held it')

  await visit(carer, `${site.url}/p/${self.patient}/record/results`)
  await carer.locator('main a[href*="/results/"]').first().waitFor()
  await carer.evaluate(() => (window.__same = true))
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  const [{ name }] = await grants()
  const card = page.getByRole('region', { name })
  await card.getByText(en('offer.invitedAs', { name: 'My daughter' })).waitFor()
  await card.getByRole('button', { name: en('offer.less') }).click()
  const dialog = page.getByRole('dialog', { name: en('offer.lessTitle', { name }) })
  await dialog.getByLabel(new RegExp(`^${en('inline.results')}$`, 'i')).uncheck()
  await look(page, 'sharing-less', wrong)
  await page.setViewportSize(phone)
  await dialog.getByRole('button', { name: en('offer.lessGo') }).click()
  await confirmed(page, site, page.getByText(en('offer.lessened', { name })))
  await until('the results are gone from the open page', async () => (await carer.locator('main a[href*="/results/"]').count()) === 0, { within: 5000 })
  assert.ok(await carer.evaluate(() => window.__same), 'the page was not loaded again')
  assert.equal(await count('results'), 0)

  const again = await open('caregiver', { viewport: phone })
  await again.goto(link)
  await again.getByRole('heading', { name: en('accept.gone') }).waitFor()
  assert.deepEqual(wrong, [])
})

scene('an invitation is taken back', { as: 'patient', viewport: phone }, async ({ page, site }) => {
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/sharing/invite`)
  await page.getByLabel(en('offer.name'), { exact: true }).fill('Jo')
  await page.getByLabel(en('offer.relation'), { exact: true }).selectOption('friend')
  await page.getByRole('button', { name: en('offer.go') }).click()
  await confirmed(page, site, page.getByLabel(en('offer.link'), { exact: true }))
  await visit(page, `${site.url}/p/${self.patient}/sharing`)
  await page.getByRole('button', { name: en('offer.takeBack') }).click()
  await confirmed(page, site, page.getByText(en('offer.taken', { name: 'Jo' })))
  assert.equal(await page.getByText(en('offer.notYet')).count(), 0)
})

scene('a caregiver asks the clinic, which says whose record it is and gives access', { as: 'caregiver', viewport: phone, timeout: 180_000, expect: [/status of 40[13]/] }, async ({ page, open, site }) => {
  const wrong = []
  const known = (await people(page, site)).all.map(({ patient }) => patient)
  const office = await open('frontdesk')
  const { items } = await must(office, site, '/clinic/patients?limit=50')
  const who = items.find(({ patient, birthDate }) => !known.includes(patient) && birthDate.length === 10)
  const [year, month, day] = who.birthDate.split('-').map(Number)
  const asks = async (name) => {
    await page.getByRole('button', { name: en('ask.go') }).click()
    await page.getByRole('link', { name: en('ask.needBasis') }).waitFor()
    await page.getByLabel(en('ask.name'), { exact: true }).fill(name)
    for (const [part, value] of Object.entries({ month, day, year })) await page.getByLabel(en(`enter.${part}`), { exact: true }).fill(String(value))
    await page.getByLabel(en('ask.relation'), { exact: true }).selectOption('mother')
    await page.getByRole('radio', { name: en('ask.basisOf.guardian') }).check()
  }
  await visit(page, `${site.url}/people`)
  await page.getByRole('link', { name: en('account.ask') }).click()
  await page.getByRole('heading', { level: 1, name: en('ask.title') }).waitFor()
  await settled(page)
  await look(page, 'ask', wrong)
  await page.setViewportSize(phone)
  await asks(who.name)
  await page.getByLabel(en('ask.paper'), { exact: true }).setInputFiles({ name: 'order.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 an order') })
  await page.getByRole('button', { name: en('ask.go') }).click()
  await page.getByText(en('ask.sent')).waitFor()
  const card = page.getByRole('region', { name: who.name })
  await card.getByText(en('ask.checking')).waitFor()
  await asks('Nobody Here')
  await page.getByRole('button', { name: en('ask.go') }).click()
  const other = page.getByRole('region', { name: 'Nobody Here' })
  await other.getByText(en('ask.sendPaper')).waitFor()
  assert.equal(await other.getByText(en('ask.state.waiting')).count(), await card.getByText(en('ask.state.waiting')).count(), 'the same, whoever there is')
  await look(page, 'ask-waiting', wrong)
  await page.setViewportSize(phone)

  // The desk says whose record it is, and cannot give it.
  const theirs = (at) => at.getByRole('region').filter({ hasText: who.name })
  await visit(office, `${site.url}/clinic/work`)
  await office.getByRole('link', { name: en('clinic.nav.requests') }).click()
  await theirs(office).getByLabel(en('requests.pick')).fill(who.name)
  await theirs(office).getByRole('button', { name: new RegExp(`^${who.name}`) }).first().click()
  await confirmed(office, site, theirs(office).getByText(en('requests.matched')), 'frontdesk')
  await theirs(office).getByText(en('requests.notYours')).waitFor()
  await look(office, 'requests-desk', wrong)

  const officer = await open('privacy')
  await visit(officer, `${site.url}/clinic/requests`)
  const href = await theirs(officer).getByRole('link', { name: en('requests.paper') }).getAttribute('href')
  assert.match(await (await officer.context().request.get(site.url + href)).text(), /an order/)
  await theirs(officer).getByRole('button', { name: en('requests.give'), exact: true }).click()
  await theirs(officer).getByRole('button', { name: en('requests.giveGo') }).click()
  await officer.getByRole('link', { name: en('requests.needIdentity') }).waitFor()
  await theirs(officer).getByLabel(en('requests.until')).fill(`${new Date().getFullYear() + 1}-06-30`)
  await theirs(officer).getByLabel(en('requests.seen')).fill('Order 26-118')
  await theirs(officer).getByLabel(en('requests.identity')).fill('Passport, at the desk')
  await look(officer, 'requests-give', wrong)
  await theirs(officer).getByRole('button', { name: en('requests.giveGo') }).click()
  await confirmed(officer, site, officer.getByText(patternOf(english['requests.given'])), 'privacy')
  const empty = officer.getByRole('region').filter({ hasText: 'Nobody Here' })
  await empty.getByRole('button', { name: en('requests.refuse'), exact: true }).click()
  await empty.getByLabel(en('requests.refuseFor')).fill('Please come by with your paper.')
  await empty.getByRole('button', { name: en('requests.refuseGo') }).click()
  await officer.getByText(en('requests.none')).waitFor()

  await page.reload()
  await card.getByText(en('ask.state.approved')).waitFor()
  await other.getByText('Please come by with your paper.').waitFor()
  await look(page, 'ask-answered', wrong)
  assert.ok((await people(page, site)).all.some(({ patient }) => patient === who.patient))
  assert.deepEqual(wrong, [])
})

scene('a court paper keeps somebody out, who is told nothing, until it is lifted', { as: 'admin', timeout: 180_000, expect: [/status of 40[34]/] }, async ({ page, open, site }) => {
  const wrong = []
  const carer = await open('caregiver', { viewport: phone })
  const { child } = await people(carer, site)
  const chart = async () => (await ask(carer, site, `/charts/${child.patient}`)).status
  assert.equal(await chart(), 200)
  await visit(carer, `${site.url}/p/${child.patient}/record`)
  await visit(page, `${site.url}/clinic/lookup`)
  await page.getByLabel(en('care.name'), { exact: true }).fill(child.name)
  await page.getByLabel(en('care.born'), { exact: true }).fill(child.birthDate)
  await page.getByRole('button', { name: en('care.find'), exact: true }).click()
  const papers = page.getByRole('link', { name: en('care.papers'), exact: true })
  await confirmed(page, site, papers, 'admin')
  await papers.click()
  await page.getByText(child.name).first().waitFor()
  await page.getByText(en('blocks.none')).waitFor()
  await page.getByRole('button', { name: en('blocks.go') }).click()
  await page.getByRole('link', { name: en('blocks.needWhich') }).waitFor()
  await page.getByLabel(en('blocks.email')).fill(site.accounts.caregiver.email)
  await page.getByLabel(en('blocks.why')).fill('Protective order')
  await page.getByLabel(en('blocks.which')).fill('County court 26-118')
  await page.getByRole('button', { name: en('blocks.go') }).click()
  await page.getByText('County court 26-118').waitFor()
  await look(page, 'blocks-of-one', wrong)
  await until('the record is gone', async () => (await chart()) === 404)
  await carer.goto(`${site.url}/p/${child.patient}/`)
  await carer.getByRole('heading', { level: 1, name: en('errors.chartTitle') }).waitFor()
  assert.doesNotMatch(await carer.locator('body').innerText(), /court|protective|paper/i)

  await visit(page, `${site.url}/clinic/blocks`)
  await look(page, 'blocks', wrong)
  await page.getByRole('button', { name: patternOf(english['blocks.liftFor']) }).click()
  await page.getByLabel(en('blocks.liftWhy')).fill('The order ended')
  await page.getByRole('button', { name: en('blocks.liftGo'), exact: true }).click()
  await page.getByText('The order ended').waitFor()
  await until('the record is there again', async () => (await chart()) === 200)
  assert.deepEqual(wrong, [])
})

scene('somebody is let to one visit, and it is taken away', { as: 'patient', viewport: phone, expect: [/status of 40[134]/] }, async ({ page, open, site }) => {
  const wrong = []
  const { self } = await people(page, site)
  await visit(page, `${site.url}/p/${self.patient}/visits`)
  const bring = page.getByRole('link', { name: patternOf(english['appointment.bringTo']) })
  await bring.last().click()
  await page.getByText(en('guests.none')).waitFor()
  await page.getByRole('button', { name: en('guests.go') }).click()
  await page.getByRole('link', { name: en('offer.needRelation') }).waitFor()
  await page.getByLabel(en('guests.name'), { exact: true }).fill('Jo')
  await page.getByLabel(en('guests.yours'), { exact: true }).selectOption('friend')
  await page.getByRole('button', { name: en('guests.go') }).click()
  const field = page.getByLabel(en('offer.link'), { exact: true })
  await confirmed(page, site, field)
  const link = await field.inputValue()
  await page.getByRole('button', { name: en('guests.another') }).click()
  await page.getByText(en('guests.state.invited')).waitFor()
  await look(page, 'guests', wrong)
  await page.setViewportSize(phone)

  const guest = await open('admin', { viewport: phone })
  await guest.goto(link)
  await guest.getByRole('button', { name: en('accept.go') }).click()
  // The doors of the demo's visit are open already.
  const [, , , , visitId] = new URL(page.url()).pathname.split('/')
  await guest.waitForURL(new RegExp(`/p/${self.patient}/visits/${visitId}$`))
  const comes = async () => (await ask(guest, site, `/charts/${self.patient}/visits/${visitId}`)).status
  assert.equal(await comes(), 200)
  assert.equal((await must(guest, site, `/charts/${self.patient}/sections/conditions`)).items.length, 0)

  // Their doctor sees who can come too.
  const doctor = await open('clinician')
  await visit(doctor, `${site.url}/clinic/p/${self.patient}/book`)
  await doctor.locator(`a[href*="/${visitId}/guests"]`).click()
  await doctor.getByText(en('guests.state.active'), { exact: true }).waitFor()
  await look(doctor, 'clinic-guests', wrong)

  await page.reload()
  await page.getByText(en('guests.state.active'), { exact: true }).waitFor()
  await page.getByRole('button', { name: patternOf(english['guests.takeFor']) }).click()
  await page.getByText(patternOf(english['guests.taken'])).waitFor()
  await page.getByText(en('guests.state.revoked'), { exact: true }).waitFor()
  await until('the guest is out', async () => (await comes()) === 404)
  assert.deepEqual(wrong, [])
})

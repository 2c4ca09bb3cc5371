// A group: the desk books two patients, who come in on phones; the doctor lets all in, mutes, shows one large, ends. Each
// sees of the other nothing but the name that they chose.
import assert from 'node:assert/strict'
import { watchCalls } from './harness/calls.mjs'
import { act, ask, must, people } from './harness/chart.mjs'
import { lookOnce } from './harness/look.mjs'
import { visit } from './harness/pages.mjs'
import { picture } from './harness/paths.mjs'
import { sayPlace } from './harness/place.mjs'
import { desk, phone, suite } from './harness/suite.mjs'
import { until } from './harness/wait.mjs'
import { en, es, patternOf } from './harness/words.mjs'

const scene = suite()
const media = { permissions: ['camera', 'microphone'] }
const subject = 'Breathing exercises'
const button = (page, name) => page.getByRole('button', { name, exact: true })
const pictures = (page) => page.evaluate(() => [...document.querySelectorAll('[role="group"]:not([data-self]) > video')].filter((one) => one.videoWidth > 0).length)
const sees = (page, others, who) => until(`${who} sees ${others}`, async () => (await pictures(page)) >= others, { within: 60_000, every: 250 })

/** The host's page as it stands, at both sizes, light and dark, in both languages. */
async function lookAround(page, words, name, ready) {
  for (const [locale, says] of [['es', es], ['en', en]]) {
    await page.evaluate((to) => localStorage.setItem('housecall.locale', to), locale)
    await page.reload()
    await ready(page, says)
    for (const [size, viewport] of [['phone', phone], ['desk', desk]]) {
      await page.setViewportSize(viewport)
      for (const scheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: scheme })
        for (const pane of size === 'phone' ? ['video', 'members', 'side'] : ['all']) {
          if (pane !== 'all') await page.getByRole('tab', { name: says(`groups.${pane}`), exact: true }).click()
          await page.waitForTimeout(200)
          await picture(page, 'group', `${name}-${locale}-${size}-${scheme}-${pane}`, { fullPage: size === 'phone' })
          const over = await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth)
          if (over > 0) words.push(`${name}, ${locale}, ${size}, ${pane}: ${over} px wider than the screen`)
        }
      }
      await page.emulateMedia({ colorScheme: 'light' })
    }
  }
}

/** From the page of a visit to the waiting room, under a name. */
async function comeIn(page, called) {
  await button(page, en('check.next')).or(button(page, en('check.go'))).or(button(page, en('check.goAnyway'))).first().click({ timeout: 60_000 })
  await page.getByRole('heading', { level: 1, name: en('consent.title') }).waitFor()
  await page.getByText(en('consent.group')).waitFor()
  await page.getByLabel(en('consent.called')).fill(called)
  await picture(page, 'group', `consent-${called}`)
  await button(page, en('consent.agree')).click()
  await sayPlace(page)
}

scene('a group of two patients who do not know each other', { as: 'frontdesk', viewport: desk, timeout: 420_000, expect: [/status of 40[39]/, /signal/, /WebSocket/] }, async ({ page, open, site }) => {
  const wrong = []
  const look = async (one, name) => wrong.push(...(await lookOnce(one, 'group', name)).map((found) => `${name}: ${found}`))
  const rosa = await open('patient', { viewport: phone, ...media })
  const elena = await open('caregiver', { viewport: phone, ...media })
  const doctor = await open('clinician', { viewport: desk, ...media })
  for (const one of [rosa, elena, doctor]) await watchCalls(one.context())
  const { self } = await people(rosa, site)
  const { child } = await people(elena, site)
  const leader = (await must(doctor, site, '/me')).account.name

  // The doctor's next time is Rosa's own visit, which she gives up for the group.
  const coming = (await must(rosa, site, `/charts/${self.patient}/appointments?when=coming`)).items
  for (const one of coming) {
    if (one.mode === 'video' && Date.parse(one.start) > Date.now() && Date.parse(one.joinFrom) <= Date.now()) assert.equal((await act(rosa, site, 'POST', `/charts/${self.patient}/appointments/${one.id}/cancel`, {})).status, 200)
  }

  await visit(page, `${site.url}/clinic/groups`)
  await button(page, en('groups.make')).click()
  await page.getByLabel(en('groups.subject'), { exact: true }).fill(subject)
  await page.getByLabel(en('groups.places'), { exact: true }).fill('4')
  await page.getByLabel(en('groups.who'), { exact: true }).selectOption(leader)
  await page.getByRole('radio').first().check()
  await look(page, 'desk-new')
  await button(page, en('groups.go')).click()
  await page.waitForURL(/\/clinic\/groups\/[0-9a-f-]{36}$/)
  const group = page.url().split('/').at(-1)
  // Somebody else of the leader's patients, who will not come.
  const { items: theirs } = await must(doctor, site, '/clinic/patients?limit=25')
  const third = theirs.find(({ patient }) => patient !== self.patient && patient !== child.patient)
  for (const { name } of [self, child, third]) {
    await page.getByLabel(en('groups.add'), { exact: true }).fill(name)
    await button(page, en('groups.addGo', { name })).click()
    await page.getByText(en('groups.added', { name })).waitFor()
  }
  await look(page, 'desk-members')
  assert.equal(await button(page, en('groups.start')).count(), 0, 'the desk does not hold it')
  const { members } = await must(page, site, `/clinic/groups/${group}`)
  const of = (patient) => members.find((one) => one.patient === patient).visit

  // The day has one row for it, and its members under that: for the desk they are open.
  await visit(page, `${site.url}/clinic/today?whose=all`)
  await page.getByRole('link', { name: subject, exact: true }).waitFor()
  await page.getByRole('list', { name: en('day.together.membersOf', { count: 3, subject }) }).getByText(third.name).waitFor()
  await look(page, 'desk-day')
  await visit(doctor, `${site.url}/clinic/today`)
  const row = doctor.getByRole('listitem').filter({ has: doctor.getByRole('link', { name: subject, exact: true }) })
  await row.getByText(`${en('day.together.expected', { count: 3 })}.`).waitFor()
  assert.equal(await row.count(), 1)
  assert.equal(await doctor.getByText(self.name, { exact: true }).count(), 0, 'members are folded')
  await row.getByRole('button', { expanded: false }).click()
  await doctor.getByRole('list', { name: en('day.together.membersOf', { count: 3, subject }) }).getByText(self.name).waitFor()
  await look(doctor, 'doctor-day')

  // Each finds it in their own list, and comes in on a phone.
  await visit(rosa, `${site.url}/p/${self.patient}/visits`)
  await rosa.getByText(en('appointment.group'), { exact: true }).first().waitFor()
  await rosa.getByText(new RegExp(subject)).first().waitFor()
  await look(rosa, 'patient-list')
  await visit(rosa, `${site.url}/p/${self.patient}/visits/${of(self.patient)}`)
  await comeIn(rosa, 'Butterfly')
  await visit(elena, `${site.url}/p/${child.patient}/visits/${of(child.patient)}`)
  await comeIn(elena, 'Bluebird')

  await visit(doctor, `${site.url}/clinic/today`)
  await row.getByText(new RegExp(`${en('day.together.waiting', { count: 2 })}\\. ${en('day.together.expected', { count: 1 })}`)).waitFor()
  await look(doctor, 'doctor-day-waiting')
  await row.getByRole('link', { name: subject, exact: true }).click()
  await doctor.waitForURL(new RegExp(`/clinic/groups/${group}$`))
  await doctor.getByRole('heading', { name: en('cockpit.waiting') }).waitFor()
  await until('both are at the door', async () => (await doctor.getByRole('button', { name: /^Let in \S/ }).count()) === 2)
  // Before it begins all of them are told at once that it is late, and that it is not.
  for (const [press, minutes] of [[en('cockpit.lateMinutes', { count: 15 }), 15], [en('cockpit.lateNone'), 0]]) {
    await button(doctor, en('cockpit.late')).click()
    await button(doctor, press).click()
    await until(`all are told of ${minutes} minutes`, async () => (await must(doctor, site, `/clinic/groups/${group}`)).members.every(({ behindMinutes = 0 }) => behindMinutes === minutes))
    if (minutes > 0) for (const one of [rosa, elena]) await one.getByText(en('wait.late', { name: leader, count: minutes })).waitFor()
    if (minutes > 0) await look(doctor, 'doctor-late')
  }
  await lookAround(doctor, wrong, 'door', (one, says) => one.getByRole('heading', { name: says('cockpit.waiting') }).waitFor())

  // One of them is written to, told of a delay, sent back, and comes again; the other one reads nothing of it.
  await doctor.getByRole('button', { name: en('seen.writeTo', { name: self.name }) }).click()
  await button(doctor, en('seen.soon')).click()
  await button(rosa, en('lobby.openNew', { count: 1 })).click()
  await rosa.getByText(en('seen.soon')).first().waitFor()
  await button(elena, en('lobby.open')).waitFor()
  await look(doctor, 'doctor-writes')
  await button(doctor, en('close')).click()
  await doctor.getByRole('button', { name: en('cockpit.lateTo', { name: self.name }) }).click()
  await button(doctor, en('cockpit.lateMinutes', { count: 10 })).click()
  await doctor.getByText(en('cockpit.lateToldOne', { name: self.name, count: 10 })).waitFor()
  const { behindMinutes } = await must(rosa, site, `/charts/${self.patient}/visits/${of(self.patient)}`)
  assert.equal(behindMinutes, 10)
  const atDoor = doctor.getByRole('listitem').filter({ has: doctor.getByRole('button', { name: en('cockpit.letInName', { name: self.name }) }) })
  await atDoor.getByRole('button', { name: en('cockpit.refuse') }).click()
  await until('one is at the door', async () => (await doctor.getByRole('button', { name: /^Let in \S/ }).count()) === 1)
  assert.equal((await act(rosa, site, 'POST', `/charts/${self.patient}/visits/${of(self.patient)}/wait`)).status, 200)
  await rosa.reload()
  await until('both are at the door again', async () => (await doctor.getByRole('button', { name: /^Let in \S/ }).count()) === 2)
  await button(doctor, en('groups.letAll')).click()
  await sees(rosa, 2, 'Rosa')
  await sees(elena, 2, 'Elena')
  await sees(doctor, 2, 'the doctor')
  for (const [one, patient, other] of [[rosa, self.patient, 'Bluebird'], [elena, child.patient, 'Butterfly']]) {
    await one.getByText(other, { exact: true }).first().waitFor()
    const { text } = await ask(one, site, `/charts/${patient}/visits/${of(patient)}`)
    const hidden = patient === self.patient ? [child.patient, of(child.patient), child.name] : [of(self.patient)]
    for (const secret of hidden) assert.ok(!text.includes(secret), secret)
  }
  assert.ok(!(await elena.locator('main').innerText()).includes(self.name), 'no full name is shown')
  await look(doctor, 'doctor-call')
  await picture(rosa, 'group', 'patient-call')

  await button(doctor, en('room.muteAll')).click()
  for (const one of [rosa, elena]) await one.getByText(en('room.muted', { name: leader })).first().waitFor()
  await button(doctor, en('room.largeOf', { name: self.name })).click()
  await until('everybody is told who is large', async () => Boolean((await must(elena, site, `/charts/${child.patient}/visits/${of(child.patient)}`)).room.spotlight))

  await button(doctor, en('cockpit.end')).click()
  await button(doctor, en('cockpit.endGo')).click()
  for (const one of [rosa, elena]) await one.getByRole('heading', { level: 1, name: new RegExp(`${en('bye.ended')}|${en('end.over')}`) }).waitFor({ timeout: 30_000 })
  await doctor.getByText(en('cockpit.ended')).first().waitFor()
  // Who did not come is ticked, and noted by the press only.
  const card = doctor.getByRole('region', { name: en('groups.missed.title') })
  assert.equal(await card.getByRole('checkbox', { name: third.name }).isChecked(), true)
  assert.equal(await card.getByRole('checkbox').count(), 1)
  const status = async () => (await must(doctor, site, `/clinic/groups/${group}`)).members.find(({ patient }) => patient === third.patient).status
  assert.equal(await status(), 'booked')
  await look(doctor, 'doctor-ended')
  await lookAround(doctor, wrong, 'ended', (one, says) => one.getByRole('heading', { name: says('groups.missed.title') }).waitFor())
  await card.getByRole('button', { name: en('groups.missed.go') }).click()
  await doctor.getByText(en('groups.missed.done', { count: 1 })).waitFor()
  assert.equal(await status(), 'noshow')

  // A template for all is filled for each from their own record.
  await doctor.getByLabel(en('plan.template'), { exact: true }).selectOption('video-followup')
  await until('the template is there as it was written', async () => (await doctor.getByLabel(en('groups.subjective'), { exact: true }).inputValue()).includes('{first}'))
  await look(doctor, 'doctor-same')
  await button(doctor, en('groups.sameGo')).click()
  await doctor.getByText(en('groups.put', { count: 2 })).waitFor()
  await look(doctor, 'doctor-put')
  for (const [one, other] of [[self, child], [child, self]]) {
    const { body } = await must(doctor, site, `/charts/${one.patient}/visits/${of(one.patient)}/note`)
    const given = (name) => name.split(' ')[0]
    assert.ok(body.subjective.startsWith(given(one.name)), body.subjective)
    assert.ok(!JSON.stringify(body).includes(given(other.name)))
  }
  await visit(doctor, `${site.url}/clinic/today`)
  await row.getByText(new RegExp(`${en('day.together.were', { count: 2 })}\\. ${en('day.together.missed', { count: 1 })}`)).waitFor()
  await look(doctor, 'doctor-day-after')
  // It was the wrong one: from the day it is taken back, and said anew.
  await row.getByRole('button', { name: en('day.together.membersOf', { count: 3, subject }) }).click()
  await doctor.getByRole('button', { name: patternOf(en('day.missed.cameOf', { name: third.name, time: '{{time}}' })) }).click()
  await doctor.getByText(patternOf(en('day.missed.back', { name: third.name, time: '{{time}}' }))).waitFor()
  assert.equal(await status(), 'booked')
  await button(doctor, en('day.missed.whoOf', { subject })).click()
  await card.getByRole('checkbox', { name: third.name }).waitFor()
  for (const [size, viewport] of Object.entries({ phone, desk })) {
    await doctor.setViewportSize(viewport)
    await look(doctor, `doctor-day-missed-${size}`)
  }
  await card.getByRole('button', { name: en('groups.missed.go') }).click()
  await doctor.getByText(en('groups.missed.done', { count: 1 })).waitFor()
  assert.equal(await status(), 'noshow')
  assert.deepEqual(wrong, [])
})

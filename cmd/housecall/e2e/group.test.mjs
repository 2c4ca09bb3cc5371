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
import { en } from './harness/words.mjs'

const scene = suite()
const media = { permissions: ['camera', 'microphone'] }
const subject = 'Breathing exercises'
const button = (page, name) => page.getByRole('button', { name, exact: true })
const pictures = (page) => page.evaluate(() => [...document.querySelectorAll('[role="group"]:not([data-self]) > video')].filter((one) => one.videoWidth > 0).length)
const sees = (page, others, who) => until(`${who} sees ${others}`, async () => (await pictures(page)) >= others, { within: 60_000, every: 250 })

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
  for (const { name } of [self, child]) {
    await page.getByLabel(en('groups.add'), { exact: true }).fill(name)
    await button(page, en('groups.addGo', { name })).click()
    await page.getByText(en('groups.added', { name })).waitFor()
  }
  await look(page, 'desk-members')
  assert.equal(await button(page, en('groups.start')).count(), 0, 'the desk does not hold it')
  const { members } = await must(page, site, `/clinic/groups/${group}`)
  const of = (patient) => members.find((one) => one.patient === patient).visit

  // Each finds it in their own list, and comes in on a phone.
  await visit(rosa, `${site.url}/p/${self.patient}/visits`)
  await rosa.getByText(en('appointment.group'), { exact: true }).first().waitFor()
  await rosa.getByText(new RegExp(subject)).first().waitFor()
  await look(rosa, 'patient-list')
  await visit(rosa, `${site.url}/p/${self.patient}/visits/${of(self.patient)}`)
  await comeIn(rosa, 'Butterfly')
  await visit(elena, `${site.url}/p/${child.patient}/visits/${of(child.patient)}`)
  await comeIn(elena, 'Bluebird')

  await visit(doctor, `${site.url}/clinic/groups/${group}`)
  await doctor.getByRole('heading', { name: en('groups.waiting') }).waitFor()
  await until('both are at the door', async () => (await doctor.getByRole('button', { name: /^Let in \S/ }).count()) === 2)
  await picture(doctor, 'group', 'doctor-door')
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
  await look(doctor, 'doctor-ended')
  assert.deepEqual(wrong, [])
})

// Every page there is, found from what the chart holds.
import { until } from './wait.mjs'
import { chartOf, entryPath, everyEntry, lineOf, must, potassium, sections } from './chart.mjs'

const numeric = (line) => line.count > 1 && line.latest.value?.number !== undefined

/** A conversation of the chart, and a visit of which there is a summary. */
async function together(page, site, patient) {
  const [threads, past, coming] = await Promise.all([must(page, site, `/charts/${patient}/threads`), must(page, site, `/charts/${patient}/appointments?when=past`), must(page, site, `/charts/${patient}/appointments?when=coming`)])
  return { thread: threads.items[0].id, visit: past.items.find(({ summary }) => summary).id, next: coming.items.find(({ mode }) => mode === 'video')?.id }
}

/** The pages of a chart as its owner or a caregiver reads it: name and path. */
export async function patientPages(page, site, patient) {
  const chart = await chartOf(page, site, patient)
  const at = (rest = '') => `/p/${patient}${rest}`
  const lines = [...chart.results, ...chart.vitals]
  const found = {
    'result-potassium': lineOf(chart, potassium), 'result-pressure': lineOf(chart, '85354-9'), 'result-text': lines.find((line) => line.latest.value && line.latest.value.number === undefined && !line.latest.value.parts),
    'result-once': chart.results.find((line) => line.count === 1), 'result-usual': chart.results.find((line) => numeric(line) && line.latest.meaning === 'usual'),
  }
  const entries = {}
  for (const section of sections) entries[section] = await everyEntry(page, site, patient, section)
  const plain = (entry) => !entry.children?.length
  const single = {
    'entry-panel': entries.results.find((entry) => entry.children?.length > 2), 'entry-value': entries.results.find((entry) => plain(entry) && entry.value),
    'entry-medicine': entries.medicines.find((entry) => entry.active), 'entry-medicine-stopped': entries.medicines.find((entry) => !entry.active),
    'entry-condition': entries.conditions[0], 'entry-allergy': entries.allergies[0], 'entry-vaccine': entries.immunizations[0],
    'entry-visit': entries.visits[0], 'entry-document': entries.documents[0], 'entry-careplan': entries.careplan[0],
  }
  const { thread, visit: seen, next } = await together(page, site, patient)
  return [
    ['home', at('/')], ['timeline', at('/record')], ['timeline-results', at('/record?kind=results')], ['timeline-search', at('/record#q=potassium')],
    ['timeline-nothing', at('/record#q=zzzz')], ['kinds', at('/kinds')],
    ...sections.map((section) => [`section-${section}`, at(`/record/${section}`)]),
    ...Object.entries(found).filter(([, line]) => line).map(([name, line]) => [name, at(`/results/${line.key}`)]),
    ...Object.entries(single).filter(([, entry]) => entry).map(([name, entry]) => [name, at(entryPath(entry.ref))]),
    ['visits', at('/visits')], ['visits-book', at('/visits/book')], ['messages', at('/messages')], ['messages-new', at('/messages/new')], ['messages-thread', at(`/messages/${thread}`)], ['visits-summary', at(`/visits/${seen}/summary`)], ...(next ? [['visits-guests', at(`/visits/${next}/guests`)]] : []), ['asks', at('/asks')], ['asks-new', at('/asks/new')], ['agenda', '/agenda'], ['ask', '/ask'], ['welcome', '/welcome'], ['sharing', at('/sharing')], ['restrictions', at('/restrictions')], ['you', at('/you')], ['you-security', at('/you/security')], ['you-devices', at('/you/devices')], ['you-notifications', at('/you/notifications')],
  ].map(([name, where]) => ({ name, path: where }))
}

/** The same chart's pages in the clinic. */
export async function clinicPages(page, site, patient) {
  const chart = await chartOf(page, site, patient)
  const at = (rest = '') => `/clinic/p/${patient}${rest}`
  const documents = await everyEntry(page, site, patient, 'documents')
  const visits = await everyEntry(page, site, patient, 'visits')
  const results = await everyEntry(page, site, patient, 'results')
  const panel = results.find((entry) => entry.children?.length > 2)
  const { thread, visit: seen, next } = await together(page, site, patient)
  return [
    ['patients', '/clinic'], ['today', '/clinic/today'], ['inbox', '/clinic/inbox'], ['inbox-thread', `/clinic/inbox/${patient}/${thread}`], ['cockpit-past', `/clinic/visits/${patient}/${seen}`], ['book', at('/book')], ['chart', at()], ['result', at(`/results/${lineOf(chart, potassium).key}`)], ['result-pressure', at(`/results/${lineOf(chart, '85354-9').key}`)],
    ...[['document', documents[0]], ['visit', visits[0]], ['panel', panel]].filter(([, entry]) => entry).map(([name, entry]) => [`entry-${name}`, at(entryPath(entry.ref))]),
    ['move', `${at(entryPath(documents[0].ref))}/move`], ['joined', at('/joined')], ['work', '/clinic/work'], ['requests', '/clinic/requests'], ['asks', '/clinic/asks'], ...(next ? [['guests', `/clinic/visits/${patient}/${next}/guests`]] : []), ['lookup', '/clinic/lookup'], ['team', `/clinic/team/${patient}`], ['you', '/clinic/you'], ['you-security', '/clinic/you/security'], ['you-devices', '/clinic/you/devices'], ['you-notifications', '/clinic/you/notifications'],
  ].map(([name, where]) => ({ name: `clinic-${name}`, path: where }))
}

const quietMs = 150

/** The page has drawn what it was asked for: a heading with words, nothing that is still loading. */
export async function settled(page, quiet = quietMs) {
  const { underWay } = page.context()
  let quietSince = 0
  await until('the page is there', async () => {
    const drawn = await page.evaluate(() => Boolean(document.querySelector('h1')?.textContent.trim()) && !document.querySelector('[aria-busy="true"]'))
    const now = Date.now()
    if (!drawn || [...underWay].some((request) => request.frame().page() === page)) quietSince = 0
    else quietSince ||= now
    return quietSince && now - quietSince >= quiet
  })
}

/** Opens a page by its address and waits until it is there. */
export async function visit(page, url) {
  await page.goto(url)
  await settled(page)
}

/** Goes on to another page as a link does, without loading the app anew, and waits until it is there. */
export async function goOn(page, url) {
  const { origin, pathname, search, hash } = new URL(url)
  const here = await page.evaluate((of) => location.origin === of && '__TSR_ROUTER__' in window, origin)
  if (!here) return visit(page, url)
  await page.evaluate((to) => window.__TSR_ROUTER__.history.push(to), pathname + search + hash)
  await until('the router is there', () => page.evaluate(() => {
    const { status, location, resolvedLocation } = window.__TSR_ROUTER__.state
    return status === 'idle' && resolvedLocation?.href === location.href
  }))
  await settled(page)
}

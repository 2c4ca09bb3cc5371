// What the server tells the signed-in person, asked beside the pages, to compare them with.

/** GET below /api/v1 with the profile's cookies. */
export async function ask(page, site, where) {
  const answer = await page.context().request.get(`${site.url}/api/v1${where}`, { headers: { Accept: 'application/json' } })
  const text = await answer.text()
  let body
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  return { status: answer.status(), body, text }
}

export async function must(page, site, where) {
  const { status, body, text } = await ask(page, site, where)
  if (status !== 200) throw new Error(`GET ${where}: ${status} ${text}`)
  return body
}

/** Does something below /api/v1 with the profile's cookies. */
export async function act(page, site, method, where, data) {
  const { csrf } = await must(page, site, '/me')
  const answer = await page.context().request.fetch(`${site.url}/api/v1${where}`, { method, data, headers: { 'X-CSRF-Token': csrf, Origin: site.url } })
  const text = await answer.text()
  return { status: answer.status(), text, body: text.startsWith('{') ? JSON.parse(text) : undefined }
}

/** What a list holds with these words. */
export async function found(page, site, where, words) {
  const { status, text, body } = await act(page, site, 'POST', `${where}/search`, { words, limit: 30 })
  if (status !== 200) throw new Error(`POST ${where}/search: ${status} ${text}`)
  return body
}

export const me = (page, site) => must(page, site, '/me')
export const chartOf = (page, site, patient) => must(page, site, `/charts/${patient}`)

/** Every entry of a kind, all pages of the list. */
export async function everyEntry(page, site, patient, section) {
  const items = []
  for (let cursor = ''; ;) {
    const { items: some, next } = await must(page, site, `/charts/${patient}/sections/${section}?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
    items.push(...some)
    if (!next) return items
    cursor = next
  }
}

export const potassium = '2823-3'
export const lineOf = (chart, code) => [...chart.results, ...chart.vitals].find((line) => line.latest.code?.code === code)
export const entryPath = (ref) => `/entries/${ref}`

/** The charts of the demo that the tests speak of, by how this account stands to them. */
export async function people(page, site) {
  const { people: all } = await me(page, site)
  return { self: all.find(({ relation }) => relation === 'self'), mother: all.find(({ relation }) => relation === 'mother'), child: all.find(({ relation }) => /child|son/.test(relation)), all }
}

export const sections = ['results', 'medicines', 'conditions', 'allergies', 'immunizations', 'vitals', 'visits', 'documents', 'careplan']

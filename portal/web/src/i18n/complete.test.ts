import { describe, expect, it } from 'vitest'
import { about as aboutEn } from './en/about'
import { access as accessEn } from './en/access'
import { account as accountEn } from './en/account'
import { apps as appsEn } from './en/apps'
import { connected as connectedEn } from './en/connected'
import { asks as asksEn } from './en/asks'
import { booking as bookingEn } from './en/booking'
import { care as careEn } from './en/care'
import { clinic as clinicEn } from './en/clinic'
import { detail as detailEn } from './en/detail'
import { entrance as entranceEn } from './en/entrance'
import { inbox as inboxEn } from './en/inbox'
import { phrases as phrasesEn } from './en/phrases'
import { coverage as coverageEn } from './en/coverage'
import { pools as poolsEn } from './en/pools'
import { messages as messagesEn } from './en/messages'
import { delivery as deliveryEn } from './en/delivery'
import { notices as noticesEn } from './en/notices'
import { sharing as sharingEn } from './en/sharing'
import { privacy as privacyEn } from './en/privacy'
import { after as afterEn } from './en/after'
import { chat as chatEn } from './en/chat'
import { seal as sealEn } from './en/seal'
import { captions as captionsEn } from './en/captions'
import { groups as groupsEn } from './en/groups'
import { before as beforeEn } from './en/before'
import { plan as planEn } from './en/plan'
import { room as roomEn } from './en/room'
import { recording as recordingEn } from './en/recording'
import { today as todayEn } from './en/today'
import { visits as visitsEn } from './en/visits'
import { worklist as worklistEn } from './en/worklist'
import { en } from './en'
import { about as aboutEs } from './es/about'
import { access as accessEs } from './es/access'
import { account as accountEs } from './es/account'
import { apps as appsEs } from './es/apps'
import { connected as connectedEs } from './es/connected'
import { asks as asksEs } from './es/asks'
import { booking as bookingEs } from './es/booking'
import { care as careEs } from './es/care'
import { clinic as clinicEs } from './es/clinic'
import { detail as detailEs } from './es/detail'
import { entrance as entranceEs } from './es/entrance'
import { inbox as inboxEs } from './es/inbox'
import { phrases as phrasesEs } from './es/phrases'
import { coverage as coverageEs } from './es/coverage'
import { pools as poolsEs } from './es/pools'
import { messages as messagesEs } from './es/messages'
import { delivery as deliveryEs } from './es/delivery'
import { notices as noticesEs } from './es/notices'
import { sharing as sharingEs } from './es/sharing'
import { privacy as privacyEs } from './es/privacy'
import { after as afterEs } from './es/after'
import { chat as chatEs } from './es/chat'
import { seal as sealEs } from './es/seal'
import { captions as captionsEs } from './es/captions'
import { groups as groupsEs } from './es/groups'
import { before as beforeEs } from './es/before'
import { plan as planEs } from './es/plan'
import { room as roomEs } from './es/room'
import { recording as recordingEs } from './es/recording'
import { today as todayEs } from './es/today'
import { visits as visitsEs } from './es/visits'
import { worklist as worklistEs } from './es/worklist'
import { es } from './es'

type Tree = { [key: string]: string | Tree }

function leaves(tree: Tree, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    const at = path ? `${path}.${key}` : key
    if (typeof value === 'string') found.set(at, value)
    else for (const [inner, text] of leaves(value, at)) found.set(inner, text)
  }
  return found
}

const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort()

describe.each([
  ['pages', en as Tree, es as Tree],
  ['account', accountEn as Tree, accountEs as Tree],
  ['detail', detailEn as Tree, detailEs as Tree],
  ['visits', visitsEn as Tree, visitsEs as Tree],
  ['room', roomEn as Tree, roomEs as Tree],
  ['recording', recordingEn as Tree, recordingEs as Tree],
  ['plan', planEn as Tree, planEs as Tree],
  ['chat', chatEn as Tree, chatEs as Tree],
  ['before', beforeEn as Tree, beforeEs as Tree],
  ['after', afterEn as Tree, afterEs as Tree],
  ['seal', sealEn as Tree, sealEs as Tree],
  ['captions', captionsEn as Tree, captionsEs as Tree],
  ['groups', groupsEn as Tree, groupsEs as Tree],
  ['clinic', clinicEn as Tree, clinicEs as Tree],
  ['booking', bookingEn as Tree, bookingEs as Tree],
  ['today', todayEn as Tree, todayEs as Tree],
  ['messages', messagesEn as Tree, messagesEs as Tree],
  ['inbox', inboxEn as Tree, inboxEs as Tree],
  ['delivery', deliveryEn as Tree, deliveryEs as Tree],
  ['phrases', phrasesEn as Tree, phrasesEs as Tree],
  ['coverage', coverageEn as Tree, coverageEs as Tree],
  ['pools', poolsEn as Tree, poolsEs as Tree],
  ['notices', noticesEn as Tree, noticesEs as Tree],
  ['connected', connectedEn as Tree, connectedEs as Tree],
  ['entrance', entranceEn as Tree, entranceEs as Tree],
  ['sharing', sharingEn as Tree, sharingEs as Tree],
  ['worklist', worklistEn as Tree, worklistEs as Tree],
  ['apps', appsEn as Tree, appsEs as Tree],
  ['care', careEn as Tree, careEs as Tree],
  ['asks', asksEn as Tree, asksEs as Tree],
  ['privacy', privacyEn as Tree, privacyEs as Tree],
  ['access', accessEn as Tree, accessEs as Tree],
  ['about', aboutEn as Tree, aboutEs as Tree],
])('%s', (_, english, spanish) => {
  const a = leaves(english)
  const b = leaves(spanish)

  it('has the same keys in both languages', () => {
    expect([...b.keys()].sort()).toEqual([...a.keys()].sort())
  })
  it('has no empty text', () => {
    for (const [key, text] of [...a, ...b]) expect(text.trim(), key).not.toBe('')
  })
  it('fills the same holes in both languages', () => {
    for (const [key, text] of a) expect(holes(b.get(key) ?? ''), key).toEqual(holes(text))
  })
  it('has each plural in both forms', () => {
    for (const key of a.keys()) if (key.endsWith('_one')) expect(a.has(key.replace(/_one$/, '_other')), key).toBe(true)
  })
  it('calls a visit by one name', () => {
    // What is agreed to before a visit is kept as it was written: it has a version.
    for (const [key, text] of b) if (!key.startsWith('consent.')) expect(text, key).not.toMatch(/consultas?\b/i)
  })
  it('never speaks in the familiar form', () => {
    for (const [key, text] of b) expect(text, key).not.toMatch(/\b(tú|tu|tus|te|ti|contigo|tienes|puedes|quieres)\b/i)
  })
})

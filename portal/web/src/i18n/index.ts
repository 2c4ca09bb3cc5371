import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Locale } from '../api/types'
import { setApiLanguage } from '../api/client'
import { pickLocale, tagOf } from '../format/locale'

// One language is loaded, the reader's; the other comes when it is chosen.
const pages: Record<Locale, () => Promise<{ default: object }>> = {
  en: () => import('./en'),
  es: () => import('./es'),
}
// Words that only some pages need come with those pages.
const parts = {
  account: { en: () => import('./en/account').then((part) => part.account), es: () => import('./es/account').then((part) => part.account) },
  detail: { en: () => import('./en/detail').then((part) => part.detail), es: () => import('./es/detail').then((part) => part.detail) },
  booking: { en: () => import('./en/booking').then((part) => part.booking), es: () => import('./es/booking').then((part) => part.booking) },
  visits: { en: () => import('./en/visits').then((part) => part.visits), es: () => import('./es/visits').then((part) => part.visits) },
  room: { en: () => import('./en/room').then((part) => part.room), es: () => import('./es/room').then((part) => part.room) },
  recording: { en: () => import('./en/recording').then((part) => part.recording), es: () => import('./es/recording').then((part) => part.recording) },
  before: { en: () => import('./en/before').then((part) => part.before), es: () => import('./es/before').then((part) => part.before) },
  chat: { en: () => import('./en/chat').then((part) => part.chat), es: () => import('./es/chat').then((part) => part.chat) },
  plan: { en: () => import('./en/plan').then((part) => part.plan), es: () => import('./es/plan').then((part) => part.plan) },
  groups: { en: () => import('./en/groups').then((part) => part.groups), es: () => import('./es/groups').then((part) => part.groups) },
  seal: { en: () => import('./en/seal').then((part) => part.seal), es: () => import('./es/seal').then((part) => part.seal) },
  captions: { en: () => import('./en/captions').then((part) => part.captions), es: () => import('./es/captions').then((part) => part.captions) },
  after: { en: () => import('./en/after').then((part) => part.after), es: () => import('./es/after').then((part) => part.after) },
  today: { en: () => import('./en/today').then((part) => part.today), es: () => import('./es/today').then((part) => part.today) },
  messages: { en: () => import('./en/messages').then((part) => part.messages), es: () => import('./es/messages').then((part) => part.messages) },
  pools: { en: () => import('./en/pools').then((part) => part.pools), es: () => import('./es/pools').then((part) => part.pools) },
  phrases: { en: () => import('./en/phrases').then((part) => part.phrases), es: () => import('./es/phrases').then((part) => part.phrases) },
  coverage: { en: () => import('./en/coverage').then((part) => part.coverage), es: () => import('./es/coverage').then((part) => part.coverage) },
  inbox: { en: () => import('./en/inbox').then((part) => part.inbox), es: () => import('./es/inbox').then((part) => part.inbox) },
  notices: { en: () => import('./en/notices').then((part) => part.notices), es: () => import('./es/notices').then((part) => part.notices) },
  delivery: { en: () => import('./en/delivery').then((part) => part.delivery), es: () => import('./es/delivery').then((part) => part.delivery) },
  sharing: { en: () => import('./en/sharing').then((part) => part.sharing), es: () => import('./es/sharing').then((part) => part.sharing) },
  worklist: { en: () => import('./en/worklist').then((part) => part.worklist), es: () => import('./es/worklist').then((part) => part.worklist) },
  apps: { en: () => import('./en/apps').then((part) => part.apps), es: () => import('./es/apps').then((part) => part.apps) },
  connected: { en: () => import('./en/connected').then((part) => part.connected), es: () => import('./es/connected').then((part) => part.connected) },
  entrance: { en: () => import('./en/entrance').then((part) => part.entrance), es: () => import('./es/entrance').then((part) => part.entrance) },
  access: { en: () => import('./en/access').then((part) => part.access), es: () => import('./es/access').then((part) => part.access) },
  asks: { en: () => import('./en/asks').then((part) => part.asks), es: () => import('./es/asks').then((part) => part.asks) },
  care: { en: () => import('./en/care').then((part) => part.care), es: () => import('./es/care').then((part) => part.care) },
  privacy: { en: () => import('./en/privacy').then((part) => part.privacy), es: () => import('./es/privacy').then((part) => part.privacy) },
  clinic: { en: () => import('./en/clinic').then((part) => part.clinic), es: () => import('./es/clinic').then((part) => part.clinic) },
}
export type WordPart = keyof typeof parts
const storeKey = 'housecall.locale'
const wanted = new Map<WordPart, Promise<void>>()

function remembered(): string[] {
  try {
    const kept = window.localStorage.getItem(storeKey)
    if (kept) return [kept]
  } catch {
    // Storage may be closed to us; the browser's own languages decide.
  }
  return [...navigator.languages]
}

async function addPart(part: WordPart, locale: Locale): Promise<void> {
  i18next.addResourceBundle(locale, 'translation', await parts[part][locale](), true)
}

async function load(locale: Locale): Promise<void> {
  if (!i18next.hasResourceBundle(locale, 'translation')) {
    i18next.addResourceBundle(locale, 'translation', (await pages[locale]()).default, true)
  }
  await Promise.all([...wanted.keys()].map((part) => addPart(part, locale)))
}

/** The service worker has words of its own, and no page to ask. */
function tellWorker(locale: Locale): void {
  if (!('caches' in window)) return
  window.caches.open('housecall-language').then((kept) => kept.put('/language', new Response(locale))).catch(() => undefined)
}

function wear(locale: Locale): void {
  tellWorker(locale)
  document.documentElement.lang = tagOf(locale)
  setApiLanguage(locale)
}

export async function startI18n(): Promise<void> {
  const locale = pickLocale(remembered())
  await i18next.use(initReactI18next).init({
    lng: locale,
    fallbackLng: false,
    resources: {},
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
    partialBundledLanguages: true,
  })
  await load(locale)
  wear(locale)
  await i18next.changeLanguage(locale)
}

export const currentLocale = (): Locale => (i18next.language === 'es' ? 'es' : 'en')

/** Signing out clears what the site kept on the device; the language is the reader's all the same. */
export function keepLocale(locale: Locale = currentLocale()): void {
  try {
    window.localStorage.setItem(storeKey, locale)
  } catch {
    // It then holds until the page is closed.
  }
}

/** Changes the language of the page and remembers it on this device. */
export async function changeLocale(locale: Locale): Promise<void> {
  if (locale === currentLocale()) return
  await load(locale)
  keepLocale(locale)
  wear(locale)
  await i18next.changeLanguage(locale)
}

/** Loads the words of a part of the client, once, in the reader's language and in any chosen later. */
export function loadWords(part: WordPart): Promise<void> {
  const loading = wanted.get(part) ?? addPart(part, currentLocale())
  wanted.set(part, loading)
  return loading
}

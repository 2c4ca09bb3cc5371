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
const clinicPages: Record<Locale, () => Promise<{ clinic: object }>> = {
  en: () => import('./en/clinic'),
  es: () => import('./es/clinic'),
}
const storeKey = 'housecall.locale'
let clinicWanted = false

function remembered(): string[] {
  try {
    const kept = window.localStorage.getItem(storeKey)
    if (kept) return [kept]
  } catch {
    // Storage may be closed to us; the browser's own languages decide.
  }
  return [...navigator.languages]
}

async function load(locale: Locale): Promise<void> {
  if (!i18next.hasResourceBundle(locale, 'translation')) {
    i18next.addResourceBundle(locale, 'translation', (await pages[locale]()).default, true)
  }
  if (clinicWanted) i18next.addResourceBundle(locale, 'translation', (await clinicPages[locale]()).clinic, true)
}

function wear(locale: Locale): void {
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

/** Changes the language of the page and remembers it on this device. */
export async function changeLocale(locale: Locale): Promise<void> {
  if (locale === currentLocale()) return
  await load(locale)
  try {
    window.localStorage.setItem(storeKey, locale)
  } catch {
    // It then holds until the page is closed.
  }
  wear(locale)
  await i18next.changeLanguage(locale)
}

/** The clinic's words come with the clinic's pages, so that a patient's phone does not load them. */
export async function loadClinicWords(): Promise<void> {
  clinicWanted = true
  await load(currentLocale())
}

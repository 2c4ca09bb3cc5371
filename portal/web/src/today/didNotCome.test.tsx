import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import i18next from 'i18next'
import { renderToStaticMarkup } from 'react-dom/server'
import { initReactI18next } from 'react-i18next'
import { beforeAll, describe, expect, it } from 'vitest'
import type { DayItem } from '../booking/types'
import words from '../i18n/en'
import { today } from '../i18n/en/today'
import { SureMissed } from './DidNotCome'
import { isDone, tagOf } from './state'

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { translation: { ...words, ...today } } }, interpolation: { escapeValue: false } })
})

const item = { id: 'v', patient: 'p', patientName: 'Rosa', status: 'booked', visit: 'ended', missable: true } as DayItem
const text = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

describe('that somebody did not come', () => {
  it('is asked by name and time before it is noted, with what follows from it', () => {
    const html = text(renderToStaticMarkup(<QueryClientProvider client={new QueryClient()}><SureMissed item={item} time="3:00 PM" onKeep={() => undefined} onDone={() => undefined} /></QueryClientProvider>))
    for (const said of ['Note that Rosa did not come at 3:00 PM?', today.day.missed.text, today.day.missed.go, today.day.missed.keep]) expect(html).toContain(said)
  })
  it('follows from nothing by itself: a note is wanted until it is said', () => {
    expect(tagOf(item)).toBe('ended')
    expect([tagOf({ ...item, status: 'noshow' }), isDone({ ...item, status: 'noshow' })]).toEqual(['noshow', true])
  })
})

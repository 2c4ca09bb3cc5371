import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import i18next from 'i18next'
import { renderToStaticMarkup } from 'react-dom/server'
import { initReactI18next } from 'react-i18next'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import words from '../i18n/en'
import { captions } from '../i18n/en/captions'
import { visits } from '../i18n/en/visits'
import { chatOf } from './source'
import type { Visit } from './types'
import type { OwnPart } from './useOwnPart'
import { Called, Waiting } from './Waiting'

beforeAll(async () => {
  vi.stubGlobal('window', {})
  await i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { translation: { ...words, ...captions, ...visits } } }, interpolation: { escapeValue: false } })
})

const source = { key: ['v'], chat: () => Promise.resolve({ items: [] }) }
const part = { source, media: { setCam: vi.fn(), start: vi.fn() }, leave: vi.fn() } as unknown as OwnPart
const visitOf = (more: Partial<Visit> = {}) => ({ id: 'v', now: '2026-11-30T15:00:00Z', expectedAt: '2026-11-30T15:09:30Z', state: 'waiting', place: 2, people: [], appointment: { practitioner: { name: 'Dr. Hale' } }, ...more }) as unknown as Visit
const drawn = (One: typeof Waiting, visit: Visit) => {
  const queries = new QueryClient()
  queries.setQueryData(chatOf(part.source).queryKey, { items: [] })
  return renderToStaticMarkup(<QueryClientProvider client={queries}><One visit={visit} part={part} onBack={() => undefined} /></QueryClientProvider>)
}
const text = (html: string) => html.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')

describe('the waiting room under another page', () => {
  it('tells where one stands and how long it takes, with the way back and out', () => {
    const html = drawn(Waiting, visitOf())
    expect(text(html)).toContain('You are in the waiting room, number 2, about 10 min')
    for (const word of [captions.small.backWaiting, captions.small.leaveWaiting]) expect(html).toContain(word)
    expect(html).not.toContain('role="alert"')
  })
  it('reads out one’s place and what is new, and not each minute', () => {
    const read = [...drawn(Waiting, visitOf({ behindMinutes: 15 })).matchAll(/role="status">([^<]*)</g)].map(([, said]) => said)
    expect(read).toEqual([', number 2', 'The clinic is 15 min late', ''])
  })
  it('has no place in a line where there is none', () => {
    const html = text(drawn(Waiting, visitOf({ place: undefined, expectedAt: undefined })))
    expect(html).toMatch(/You are in the waiting room(?!,)/)
    expect(text(drawn(Waiting, visitOf({ state: 'live' })))).not.toContain('number')
  })
  it('calls out, and lets one come by oneself', () => {
    const html = drawn(Called, visitOf({ state: 'live' }))
    expect(html).toMatch(/role="alert"[^>]*>.*Dr\. Hale lets you in now\./)
    for (const word of [captions.small.join, captions.small.leaveWaiting]) expect(html).toContain(word)
    expect(html).not.toContain('<video')
  })
})

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import i18next from 'i18next'
import { renderToStaticMarkup } from 'react-dom/server'
import { initReactI18next } from 'react-i18next'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import words from '../i18n/en'
import { captions } from '../i18n/en/captions'
import { chat } from '../i18n/en/chat'
import { room } from '../i18n/en/room'
import { visits } from '../i18n/en/visits'
import { noCaptions, type CaptionsView } from '../rtc/captions/captions'
import type { Part } from './held'
import { Over, Strip } from './Strip'
import type { Recording, Visit } from './types'

beforeAll(async () => {
  vi.stubGlobal('window', {})
  await i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { translation: { ...words, ...captions, ...chat, ...room, ...visits } } }, interpolation: { escapeValue: false } })
})

const visitOf = (asked?: Partial<Recording>, host = false): Visit => ({
  id: 'v', patient: 'p', patientName: 'Rosa', now: '2026-11-24T15:00:00Z', state: 'live', me: { role: 'patient', state: 'in', host, seat: 'mine' },
  people: [{ seat: 'mine', name: 'Rosa', role: 'patient', state: 'in', me: true }, { seat: 'hers', name: 'Dr. Hale', role: 'clinician', state: 'in', me: false }],
  recording: asked && { id: 'r', state: 'asked', text: '2026-11', askedBy: 'Dr. Hale', missing: [], ...asked },
}) as unknown as Visit

const partOf = (view: Partial<CaptionsView> = {}, now: Partial<Part['now']> = {}): Part => ({
  source: { key: ['v'], chat: () => Promise.resolve({ items: [] }) }, act: { mutate: vi.fn(), isPending: false }, media: {}, view: { mic: true, cam: true, tracks: {}, devices: [] },
  call: undefined, now: { phase: 'in', seat: 'mine', seats: [{ seat: 'hers', in: true, mic: true, cam: false, screen: false }], speaking: [], remotes: [], recording: 'off', ...now },
  seal: { cannot: false, dropped: false }, captions: { view: { ...noCaptions, ...view } }, joined: true, goesOn: true, leave: () => undefined,
}) as unknown as Part

const drawn = (visit: Visit, part = partOf()) => renderToStaticMarkup(<QueryClientProvider client={new QueryClient()}><Strip visit={visit} part={part} onBack={() => undefined} /></QueryClientProvider>)
const text = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

describe('a call under another page', () => {
  it('says with whom one is, and has mute, camera, hanging up and the way back', () => {
    const html = text(drawn(visitOf()))
    for (const word of ['You are in a visit with Dr. Hale', visits.visit.mute, visits.visit.cameraOff, visits.visit.leave, captions.small.back]) expect(html).toContain(word)
  })
  it('asks nothing where nothing was asked', () => {
    const html = drawn(visitOf())
    expect(html).not.toContain('alertdialog')
    expect(html).not.toContain(visits.rec.yes)
  })
  it('asks for the recording there, with yes and no', () => {
    const html = drawn(visitOf({}))
    expect(html).toContain('role="alertdialog"')
    for (const word of [visits.rec.yes, visits.rec.no]) expect(text(html)).toContain(word)
  })
  it('asks nobody twice, and lets who agreed take it back there', () => {
    const html = text(drawn(visitOf({ mine: 'yes', state: 'on' }), partOf({}, { recording: 'on' })))
    expect(html).not.toContain(visits.rec.yes)
    expect(html).toContain(visits.rec.on)
    expect(html).toContain(visits.rec.withdraw)
  })
  it('asks for captions there, once it is known what this browser can do', () => {
    expect(drawn(visitOf(), partOf({ asked: ['hers'] }))).not.toContain('alertdialog')
    const html = drawn(visitOf(), partOf({ asked: ['hers'], able: 'ready' }))
    expect(html).toContain('role="alertdialog"')
    for (const word of [captions.captions.yes, captions.captions.no]) expect(text(html)).toContain(word)
  })
  it('asks no more of captions what was answered', () => {
    for (const own of ['yes', 'no', 'cannot'] as const) expect(drawn(visitOf(), partOf({ asked: ['hers'], able: 'ready', own }))).not.toContain('alertdialog')
  })
  it('says that the line is lost, and offers another try', () => {
    const html = text(drawn(visitOf(), partOf({}, { phase: 'lost' })))
    expect(html).toContain(captions.small.lost)
    expect(html).toContain(words.tryAgain)
  })
})

describe('a call that ended while another page was in front', () => {
  const over = (step: Parameters<typeof Over>[0]['step']) => text(renderToStaticMarkup(<Over step={step} onBack={() => undefined} onTold={() => undefined} />))
  it('is told', () => {
    expect(over('over')).toContain(visits.end.over)
    expect(over('removed')).toContain(visits.end.removed)
  })
  it('says of a place that is lost that it is', () => {
    for (const step of ['wait', 'check', 'early'] as const) expect(over(step)).toContain(captions.small.out)
  })
})

import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import i18next from 'i18next'
import { renderToStaticMarkup } from 'react-dom/server'
import { initReactI18next } from 'react-i18next'
import { beforeAll, describe, expect, it } from 'vitest'
import words from '../i18n/en'
import { before } from '../i18n/en/before'
import type { LateOf } from './late'
import { LateDay } from './LateDay'

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { translation: { ...words, ...before } } }, interpolation: { escapeValue: false } })
})

const drawn = (days: LateOf[]) => renderToStaticMarkup(<MantineProvider><QueryClientProvider client={new QueryClient()}><LateDay days={days} /></QueryClientProvider></MantineProvider>)
const hale = { id: 'h', name: 'Dr. Hale', behind: 15 }
const own = { id: '', name: '', behind: 0 }

describe('running late', () => {
  it('is not there where nobody could be told', () => expect(drawn([])).not.toContain('<button'))
  it('names whose day it is, and how late that is', () => {
    const html = drawn([hale])
    expect(html).toContain('Is Dr. Hale running late?')
    expect(html).toContain('15 minutes late')
    expect(html).toContain('Dr. Hale: 5 min late: tell all who wait or come soon')
    expect(html).not.toContain('<select')
  })
  it('lets one choose between one’s own day and others’', () => {
    const html = drawn([own, hale])
    expect(html).toContain('Running late?')
    for (const option of ['My own day', 'Dr. Hale']) expect(html).toMatch(new RegExp(`<option[^>]*>${option}</option>`))
    expect(html).not.toContain('15 minutes late')
  })
})

import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import i18next from 'i18next'
import { renderToStaticMarkup } from 'react-dom/server'
import { initReactI18next } from 'react-i18next'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import words from '../i18n/en'
import { account } from '../i18n/en/account'
import { partOf } from '../format/access'
import { GrantCard } from './GrantCard'

vi.mock('../ui/Icon', () => ({ Icon: () => null })) // its shapes come later, and in a browser only

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { translation: { ...words, ...account } } }, interpolation: { escapeValue: false } })
})

const grant = { id: 'g', name: 'Elena Caléndula', relation: 'mother', until: '2027-07-01T00:00:00Z', state: 'active', sees: [], can: ['messages', 'scheduling'], hides: [] } as unknown as Parameters<typeof GrantCard>[0]['grant']
const drawn = (helps?: string) => renderToStaticMarkup(<MantineProvider><QueryClientProvider client={new QueryClient()}><GrantCard patient="p" grant={grant} own={false} helps={helps} /></QueryClientProvider></MantineProvider>)

describe('what somebody may do', () => {
  it('is said to the patient as “you”', () => {
    const html = drawn()
    for (const said of ['Your daughter or son', 'Writes messages for you', 'Cannot share your record']) expect(html).toContain(said)
  })
  it('is said to the helper with the name of whom they help', () => {
    const html = drawn('Rosa')
    for (const said of ['Writes messages for Rosa', 'Books visits for Rosa', 'Cannot share the record']) expect(html).toContain(said)
    for (const wrong of ['for you', 'Your daughter', 'your record']) expect(html).not.toContain(wrong)
  })
})

describe('who wrote into a record', () => {
  it('has words where it was a part of the house', () => expect(partOf({ role: 'system', who: 'visits' })).toBe('visits'))
  it('keeps the name of a system that the clinic named, and of a person', () => {
    expect(partOf({ role: 'system', who: 'Pennywhistle Laboratory' })).toBeUndefined()
    expect(partOf({ role: 'clinician', who: 'visits' })).toBeUndefined()
  })
})

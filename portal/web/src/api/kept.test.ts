import { webcrypto } from 'node:crypto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { closeKept, keep, kept, keptWritten, openKept } from './kept'

class Tab {
  readonly texts = new Map<string, string>()
  get length() { return this.texts.size }
  key = (n: number) => [...this.texts.keys()][n] ?? null
  getItem = (name: string) => this.texts.get(name) ?? null
  setItem = (name: string, text: string) => void this.texts.set(name, text)
  removeItem = (name: string) => void this.texts.delete(name)
}

const mine = btoa('a'.repeat(32))

describe('what a tab keeps', () => {
  let tab: Tab
  beforeEach(() => {
    closeKept()
    tab = new Tab()
    vi.stubGlobal('window', { sessionStorage: tab })
    vi.stubGlobal('crypto', webcrypto)
  })

  it('is there again after a reload, and cannot be read in the storage', async () => {
    await openKept('anna', mine)
    keep('anna', 'draft.p.t', { text: 'My chest' })
    keep('anna', 'draft.p.t', { text: 'My chest hurts' })
    expect(kept('anna', 'draft.p.t')).toEqual({ text: 'My chest hurts' })
    await keptWritten()
    const place = tab.key(0)!
    expect(tab.length).toBe(1)
    expect(atob(tab.getItem(place)!)).not.toContain('chest')
    closeKept()
    expect(kept('anna', 'draft.p.t')).toBeUndefined()
    await openKept('anna', mine)
    expect(kept('anna', 'draft.p.t')).toEqual({ text: 'My chest hurts' })
  })

  it('goes when it arrived', async () => {
    await openKept('anna', mine)
    keep('anna', 'outbox', [1])
    keep('anna', 'outbox', undefined)
    await keptWritten()
    expect(tab.length).toBe(0)
    expect(kept('anna', 'outbox')).toBeUndefined()
  })

  it('opens for nobody else, in no other place and with no other key', async () => {
    await openKept('anna', mine)
    keep('anna', 'outbox', ['for Anna'])
    await keptWritten()
    const place = tab.key(0)!
    const sealed = tab.getItem(place)!
    closeKept()
    tab.setItem(place.replace('anna', 'ben'), sealed)
    await openKept('ben', mine)
    expect(kept('ben', 'outbox')).toBeUndefined()
    closeKept()
    await openKept('anna', btoa('b'.repeat(32)))
    expect(kept('anna', 'outbox')).toBeUndefined()
    expect(tab.length).toBe(0)
  })

  it('lasts as long as the page where the browser cannot seal', async () => {
    vi.stubGlobal('crypto', {})
    await openKept('anna', mine)
    keep('anna', 'outbox', ['later'])
    expect(kept('anna', 'outbox')).toEqual(['later'])
    expect(tab.length).toBe(0)
  })
})

import { describe, expect, it, vi } from 'vitest'
import { DraftKeeper, type Place } from './draftKeeper'
import type { Draft, OtherText } from './types'

/** The clinic's side of it, as the server does it. */
class Clinic {
  stored: Draft | undefined
  versions = 0
  save(draft: Draft): { draft: Draft; older: boolean } {
    const was = this.stored
    if (was && was.version !== draft.version && was.text !== draft.text) {
      const others = [...(was.others ?? []), { text: draft.text, savedAt: '' }]
      const attachments = [...(was.attachments ?? []), ...(draft.attachments ?? []).filter(({ id }) => !was.attachments?.some((one) => one.id === id))]
      this.stored = { ...was, others, attachments, version: ++this.versions }
      return { draft: this.stored, older: true }
    }
    this.stored = draft.text || draft.others?.length || draft.attachments?.length ? { ...draft, version: ++this.versions } : undefined
    return { draft: this.stored ?? { text: '' }, older: false }
  }
}

function device(clinic: Clinic) {
  const seen = { text: '', files: [] as string[], others: [] as OtherText[], saved: '', kept: undefined as Draft | undefined, away: false }
  const place: Place = {
    read: () => Promise.resolve(clinic.stored),
    save: (draft) => (seen.away ? Promise.reject(new Error('away')) : Promise.resolve(clinic.save(draft))),
    keep: (draft) => (seen.kept = draft), kept: () => seen.kept,
    show: (draft) => Object.assign(seen, { text: draft.text, files: (draft.attachments ?? []).map(({ id }) => id) }),
    others: (texts) => (seen.others = texts), saved: (state) => (seen.saved = state),
  }
  const keeper = new DraftKeeper(place)
  return { seen, keeper, type: (text: string, files: string[] = []) => { seen.text = text; keeper.write({ text, attachments: files.map((id) => ({ id, contentType: 'image/png', title: '', size: 1 })) }) } }
}

describe('a draft on two devices', () => {
  it('is begun on one and gone on with on the other', async () => {
    const clinic = new Clinic()
    const phone = device(clinic)
    await phone.keeper.begin()
    phone.type('From the phone', ['photo'])
    await phone.keeper.flush()
    const desk = device(clinic)
    await desk.keeper.begin()
    expect(desk.seen).toMatchObject({ text: 'From the phone', files: ['photo'], saved: 'saved' })
    desk.type('From the phone, and the desk', ['photo'])
    await desk.keeper.flush()
    await phone.keeper.look()
    expect(phone.seen.text).toBe('From the phone, and the desk')
  })
  it('loses neither text when both wrote, and no file', async () => {
    const clinic = new Clinic()
    const phone = device(clinic)
    const desk = device(clinic)
    await phone.keeper.begin()
    await desk.keeper.begin()
    phone.type('Phone', ['a'])
    desk.type('Desk', ['b'])
    await phone.keeper.flush()
    await desk.keeper.flush()
    expect(desk.seen.text).toBe('Desk')
    expect(desk.seen.others.map(({ text }) => text)).toEqual(['Phone'])
    expect(desk.seen.files.sort()).toEqual(['a', 'b'])
    await vi.waitFor(() => expect(clinic.stored).toMatchObject({ text: 'Desk', others: [{ text: 'Phone' }] }))
    desk.keeper.decide([], { text: 'Desk and Phone' })
    await desk.keeper.flush()
    expect(clinic.stored).toMatchObject({ text: 'Desk and Phone' })
  })
  it('keeps what the line kept back, and meets what came meanwhile', async () => {
    const clinic = new Clinic()
    const phone = device(clinic)
    await phone.keeper.begin()
    phone.seen.away = true
    phone.type('Without a line')
    await phone.keeper.flush()
    expect(phone.seen.saved).toBe('failed')
    clinic.save({ text: 'From the desk', version: 0 })
    const again = device(clinic)
    again.seen.kept = phone.seen.kept
    await again.keeper.begin()
    expect(again.seen.text).toBe('Without a line')
    expect(again.seen.others.map(({ text }) => text)).toEqual(['From the desk'])
  })
  it('is not offered again once it was sent, though the clinic was away when the box became empty', async () => {
    const clinic = new Clinic()
    const phone = device(clinic)
    await phone.keeper.begin()
    phone.type('Is it safe to drive?')
    await phone.keeper.flush()
    phone.seen.away = true
    phone.type('')
    await phone.keeper.flush()
    expect(clinic.stored?.text).toBe('Is it safe to drive?')
    phone.keeper.close()
    // The page is loaded again in the same tab.
    const again = device(clinic)
    again.seen.kept = phone.seen.kept
    await again.keeper.begin()
    expect([again.seen.text, clinic.stored]).toEqual(['', undefined])
    again.type('Thank you')
    await again.keeper.flush()
    expect(again.seen.others).toEqual([])
  })
})

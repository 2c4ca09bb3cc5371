import type { Attachment, Draft, OtherText } from './types'

/** What a keeper works with: the clinic, this tab, and the page. */
export interface Place {
  read: () => Promise<Draft | undefined>
  /** older: another device has saved since, and the draft holds what both wrote. */
  save: (draft: Draft) => Promise<{ draft: Draft; older: boolean }>
  keep: (draft: Draft | undefined) => void
  kept: () => Draft | undefined
  show: (draft: Draft) => void
  others: (texts: OtherText[]) => void
  saved: (state: 'none' | 'saving' | 'saved' | 'failed') => void
}

const isEmpty = (draft: Draft): boolean => !draft.text.trim() && !draft.attachments?.length
const union = (a: Attachment[] = [], b: Attachment[] = []): Attachment[] => [...a, ...b.filter(({ id }) => !a.some((one) => one.id === id))]

/**
 * Keeps one draft. It is saved from the version that was read last, one save after the other; when another
 * device saved meanwhile, the own text stays in the box and the other one is offered beside it.
 */
export class DraftKeeper {
  private version = 0
  /** What the clinic has, as far as it is known here. */
  private base: Draft = { text: '' }
  private now: Draft = { text: '' }
  private left: OtherText[] = []
  private dirty = false
  private busy: Promise<void> | undefined
  private closed = false

  constructor(private readonly place: Place) {}

  async begin(): Promise<void> {
    const local = this.place.kept()
    if (local) {
      // It never got there. The version that it was written from tells whether somebody else was faster.
      this.version = local.version ?? 0
      this.now = local
      this.dirty = true
      this.place.show(local)
      await this.flush()
      return
    }
    await this.look()
  }

  /** Another device may have gone on: what it has is taken over while nothing is written here. */
  async look(): Promise<void> {
    if (this.dirty || this.busy) return
    const draft = await this.place.read().catch(() => undefined)
    if (!draft || this.closed || this.dirty || this.busy || (draft.version ?? 0) === this.version) return
    this.take(draft)
    this.place.saved(isEmpty(draft) ? 'none' : 'saved')
  }

  write(draft: Draft): void {
    this.now = draft
    this.dirty = true
    // That it is empty now has to get there as well: what was sent is no draft any more.
    this.place.keep(isEmpty(draft) && this.left.length === 0 && this.version === 0 ? undefined : { ...draft, version: this.version })
    this.place.saved('none')
  }

  decide(left: OtherText[], draft: Draft): void {
    this.left = left
    this.place.others(left)
    this.write(draft)
  }

  close(): void {
    this.closed = true
  }

  async flush(): Promise<void> {
    // One after the other: each save begins at the version of the one before.
    while (this.busy) await this.busy
    if (!this.dirty) return
    this.busy = this.send().finally(() => (this.busy = undefined))
    await this.busy
  }

  private async send(): Promise<void> {
    const sent = this.now
    this.dirty = false
    const nothing = isEmpty(sent) && this.left.length === 0
    if (nothing && this.version === 0) {
      this.place.keep(undefined)
      this.place.saved('none')
      return
    }
    this.place.saved('saving')
    try {
      const { draft, older } = await this.place.save({ ...sent, ...(this.left.length > 0 && { others: this.left }), version: this.version })
      if (older) this.meet(sent, draft)
      else {
        this.version = draft.version ?? 0
        this.base = sent
        this.place.keep(this.dirty ? { ...this.now, version: this.version } : undefined)
        this.place.saved(this.dirty ? 'none' : nothing ? 'none' : 'saved')
      }
    } catch {
      this.dirty = true
      this.place.saved('failed')
    }
  }

  /** Two devices wrote at once. */
  private meet(sent: Draft, draft: Draft): void {
    this.version = draft.version ?? 0
    const typed = this.dirty ? this.now : sent
    const unwritten = !typed.text.trim() || typed.text === this.base.text
    const attachments = union(draft.attachments, typed.attachments)
    if (unwritten) {
      this.take({ ...draft, attachments })
    } else {
      const mine = { ...typed, attachments }
      const texts = [{ text: draft.text, savedAt: draft.savedAt ?? '' }, ...(draft.others ?? [])]
      this.left = texts.filter(({ text }) => text.trim() && !typed.text.startsWith(text))
      this.base = draft
      this.now = mine
      this.place.show(mine)
      this.place.others(this.left)
    }
    // What was brought together is what the clinic keeps from here on.
    this.dirty = true
    this.place.keep({ ...this.now, version: this.version })
    if (!this.closed) setTimeout(() => void this.flush())
  }

  private take(draft: Draft): void {
    this.version = draft.version ?? 0
    this.base = draft
    this.now = { text: draft.text, topic: draft.topic, subject: draft.subject, attachments: draft.attachments }
    this.left = draft.others ?? []
    this.place.show(draft)
    this.place.others(this.left)
  }
}

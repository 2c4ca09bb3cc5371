import { useSyncExternalStore } from 'react'
import type { Call } from './call'
import { keep, kept } from '../api/kept'
import type { Attachment } from './types'

/** A message on its way. It keeps its id however often it is sent, so that the server takes it once. */
export interface Outgoing {
  id: string
  patient: string
  thread: string
  text: string
  attachments: Attachment[]
  at: string
  language?: string
  corrects?: string
  /** The conversation is closed with it. */
  close?: boolean
  /** When it is to go; missing: as soon as it cannot be taken back any more. */
  goes?: string
  state: 'sending' | 'failed'
  /** Why it was not sent, in words. */
  why?: string
  /** What it says cannot wait: whom the server says to call first. It goes when the writer says so. */
  call?: Call
  /** The writer was told whom to call, and sends it all the same. */
  told?: boolean
  /** Nobody refused it: the line was down, and it may go by itself when the line is back. */
  unreachable?: boolean
}

const none: readonly Outgoing[] = []

/** What somebody wrote in each thread and has not arrived: still there when the page is left and opened again. */
export class Outbox {
  private account = ''
  private readonly threads = new Map<string, readonly Outgoing[]>()
  private readonly listeners = new Set<() => void>()

  /** Whose it is. What the tab kept from before goes as soon as there is a line. */
  open(account: string): void {
    if (account === this.account) return
    this.account = account
    this.threads.clear()
    for (const one of kept<Outgoing[]>(account, 'outbox') ?? []) this.threads.set(one.thread, [...this.of(one.thread), { ...one, state: 'failed', unreachable: one.state === 'sending' || one.unreachable }])
  }

  of = (thread: string): readonly Outgoing[] => this.threads.get(thread) ?? none
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  /** Everything that only the line kept back, whatever thread it is for. */
  waiting = (): Outgoing[] => this.all().filter(({ state, unreachable }) => state === 'failed' && unreachable)
  add(message: Omit<Outgoing, 'state'>): Outgoing {
    const added: Outgoing = { ...message, state: 'sending' }
    this.put(message.thread, [...this.of(message.thread), added])
    return added
  }
  /** Sends again; what was held back because it cannot wait goes as one that its writer was told about. */
  again(thread: string, id: string): Outgoing | undefined {
    const told = this.of(thread).some((one) => one.id === id && (one.call || one.told))
    return this.change(thread, id, { state: 'sending', why: undefined, unreachable: undefined, call: undefined, ...(told && { told }) })
  }
  failed(thread: string, id: string, why: string, unreachable: boolean, call?: Call): void {
    this.change(thread, id, { state: 'failed', why, unreachable, call })
  }
  arrived(thread: string, id: string): void {
    this.put(thread, this.of(thread).filter((one) => one.id !== id))
  }

  private all = (): Outgoing[] => [...this.threads.values()].flat()
  private change(thread: string, id: string, change: Partial<Outgoing>): Outgoing | undefined {
    this.put(thread, this.of(thread).map((one) => (one.id === id ? { ...one, ...change } : one)))
    return this.of(thread).find((one) => one.id === id)
  }
  private put(thread: string, messages: readonly Outgoing[]): void {
    if (messages.length > 0) this.threads.set(thread, messages)
    else this.threads.delete(thread)
    const all = this.all()
    keep(this.account, 'outbox', all.length > 0 ? all : undefined)
    this.listeners.forEach((listener) => listener())
  }
}

export const outbox = new Outbox()
export const useOutgoing = (thread: string): readonly Outgoing[] => useSyncExternalStore(outbox.subscribe, () => outbox.of(thread))

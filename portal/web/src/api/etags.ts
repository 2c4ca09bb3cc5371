/** Answers with their ETags, kept in memory only: health data never goes to a disk cache. */
export class EtagStore {
  private readonly limit: number
  private readonly entries = new Map<string, { etag: string; body: string; type: string }>()

  constructor(limit = 60) {
    this.limit = limit
  }

  tagOf(url: string): string | undefined {
    return this.entries.get(url)?.etag
  }

  keep(url: string, etag: string, body: string, type: string): void {
    this.entries.delete(url)
    this.entries.set(url, { etag, body, type })
    const oldest = this.entries.keys().next().value
    if (this.entries.size > this.limit && oldest !== undefined) this.entries.delete(oldest)
  }

  /** The kept answer as a fresh response, for a 304. */
  replay(url: string): Response | undefined {
    const kept = this.entries.get(url)
    if (!kept) return undefined
    return new Response(kept.body, { status: 200, headers: { 'Content-Type': kept.type, ETag: kept.etag } })
  }

  clear(): void {
    this.entries.clear()
  }
}

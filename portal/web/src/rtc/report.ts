import type { LineReport } from './protocol'

type Report = { type: string } & Record<string, unknown>
const num = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

/** A report each so many looks, which are two seconds apart. */
const everyLooks = 15

/** Gathers what only the browser knows of its line: pictures that stood still, and the way that its packets take. */
export class Reporter {
  private freezes = 0
  private frozenMs = 0
  private way: LineReport['way'] = 'direct'
  private over: LineReport['over'] = 'udp'
  private before = new Map<string, { freezes: number; frozenMs: number }>()
  private looks = 0

  /** Takes the reports of both connections, and says when it is time to tell. */
  take(reports: readonly Report[]): boolean {
    const seen = new Map<string, { freezes: number; frozenMs: number }>()
    const byId = new Map(reports.map((report) => [report.id, report]))
    for (const report of reports) {
      if (report.type === 'inbound-rtp' && report.kind === 'video') {
        // A stream of a connection made anew counts from nothing, under a number of its own.
        const key = String(report.ssrc ?? report.id)
        const now = { freezes: num(report.freezeCount), frozenMs: num(report.totalFreezesDuration) * 1_000 }
        const was = this.before.get(key) ?? { freezes: 0, frozenMs: 0 }
        this.freezes += Math.max(0, now.freezes - was.freezes)
        this.frozenMs += Math.max(0, now.frozenMs - was.frozenMs)
        seen.set(key, now)
      } else if (report.type === 'candidate-pair' && report.nominated === true && report.state === 'succeeded') {
        const local = byId.get(report.localCandidateId)
        this.way = local?.candidateType === 'relay' ? 'relay' : 'direct'
        const over = this.way === 'relay' ? local?.relayProtocol : local?.protocol
        this.over = over === 'tls' || over === 'tcp' ? over : 'udp'
      }
    }
    this.before = seen
    this.looks += 1
    return this.looks % everyLooks === 0
  }

  report(): LineReport {
    const report: LineReport = { t: 'report', freezes: this.freezes, frozen: Math.round(this.frozenMs), way: this.way, over: this.over }
    this.freezes = this.frozenMs = 0
    return report
  }
}

import type { Level } from './protocol'

/** What one look at the connections says. Counters only grow; what matters is how they moved. */
export interface Sample { received: number; lost: number; frames: number; freezes: number; rttMs: number; outLost: number }

const weakLoss = 0.03
const badLoss = 0.12
const weakRtt = 350
const badRtt = 900

type Report = { type: string } & Record<string, unknown>
const num = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

export function sampleOf(reports: Iterable<Report>): Sample {
  const sample: Sample = { received: 0, lost: 0, frames: 0, freezes: 0, rttMs: 0, outLost: 0 }
  for (const report of reports) {
    if (report.type === 'inbound-rtp') {
      sample.received += num(report.packetsReceived)
      sample.lost += Math.max(0, num(report.packetsLost))
      sample.frames += num(report.framesDecoded)
      sample.freezes += num(report.freezeCount)
    } else if (report.type === 'candidate-pair' && report.nominated === true) {
      sample.rttMs = Math.max(sample.rttMs, num(report.currentRoundTripTime) * 1000)
    } else if (report.type === 'remote-inbound-rtp') {
      sample.outLost = Math.max(sample.outLost, num(report.fractionLost))
    }
  }
  return sample
}

const rank: Record<Level, number> = { good: 0, weak: 1, bad: 2 }
export const worse = (a: Level, b: Level): Level => (rank[a] >= rank[b] ? a : b)

/** How the line was between two looks. */
export function judge(before: Sample, now: Sample): Level {
  // Connections made anew count from nothing.
  const received = Math.max(0, now.received - before.received)
  const lost = Math.max(0, now.lost - before.lost)
  const loss = Math.max(received + lost > 20 ? lost / (received + lost) : 0, now.outLost)
  if (loss >= badLoss || now.rttMs >= badRtt) return 'bad'
  if (loss >= weakLoss || now.rttMs >= weakRtt || now.freezes - before.freezes > 1) return 'weak'
  return 'good'
}

const worseAfter = 2
const betterAfter = 4

/** Tells a change only when it lasted: words that flicker help nobody. Getting better takes longer than getting worse. */
export class Steady {
  private level: Level = 'good'
  private next: Level = 'good'
  private times = 0

  take(seen: Level): Level {
    if (seen === this.level) {
      this.times = 0
      return this.level
    }
    this.times = seen === this.next ? this.times + 1 : 1
    this.next = seen
    if (this.times >= (rank[seen] > rank[this.level] ? worseAfter : betterAfter)) {
      this.level = seen
      this.times = 0
    }
    return this.level
  }
}

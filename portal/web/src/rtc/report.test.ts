import { describe, expect, it } from 'vitest'
import { Reporter } from './report'

const picture = (ssrc: number, freezeCount: number, totalFreezesDuration: number) => ({ type: 'inbound-rtp', kind: 'video', id: `in${ssrc}`, ssrc, freezeCount, totalFreezesDuration })
const pair = (candidate: object) => [{ type: 'candidate-pair', id: 'p', nominated: true, state: 'succeeded', localCandidateId: 'c' }, { type: 'local-candidate', id: 'c', ...candidate }]

describe('what the browser tells of its line', () => {
  it('tells what came since the report before, and the way', () => {
    const reporter = new Reporter()
    reporter.take([picture(1, 2, 1.5), ...pair({ candidateType: 'relay', relayProtocol: 'tls', protocol: 'udp' })])
    reporter.take([picture(1, 3, 1.75)])
    expect(reporter.report()).toEqual({ t: 'report', freezes: 3, frozen: 1750, way: 'relay', over: 'tls' })
    reporter.take([picture(1, 3, 1.75), ...pair({ candidateType: 'host', protocol: 'tcp' })])
    expect(reporter.report()).toEqual({ t: 'report', freezes: 0, frozen: 0, way: 'direct', over: 'tcp' })
  })
  it('counts connections made anew from nothing', () => {
    const reporter = new Reporter()
    reporter.take([picture(1, 5, 2)])
    reporter.take([picture(2, 1, 0.5)])
    expect(reporter.report()).toMatchObject({ freezes: 6, frozen: 2500 })
  })
  it('is due twice a minute', () => {
    const reporter = new Reporter()
    const due = Array.from({ length: 30 }, () => reporter.take([])).filter(Boolean)
    expect(due).toHaveLength(2)
  })
})

import { describe, expect, it } from 'vitest'
import { readFrame } from './protocol'

describe('frames about what a line carries', () => {
  it('names the codecs that all others show', () => {
    expect(readFrame('{"t":"codecs","video":["vp8",5,"vp9"]}')).toEqual({ t: 'codecs', video: ['vp8', 'vp9'] })
  })

  it('names the layers that somebody needs', () => {
    expect(readFrame('{"t":"layers","kind":"camera","rids":["l",5]}')).toEqual({ t: 'layers', kind: 'camera', rids: ['l'] })
    expect(readFrame('{"t":"layers","kind":"camera","rids":[]}')).toEqual({ t: 'layers', kind: 'camera', rids: [] })
    expect(readFrame('{"t":"layers","kind":"smell","rids":["l"]}')).toBeUndefined()
  })
  it('tells what is held back', () => {
    const tracks = [{ mid: '3', seat: 'a', kind: 'camera' }]
    expect(readFrame(JSON.stringify({ t: 'held', tracks, only: 'audio' }))).toEqual({ t: 'held', tracks, only: 'audio' })
    expect(readFrame(JSON.stringify({ t: 'held', tracks }))).toEqual({ t: 'held', tracks })
    expect(readFrame('{"t":"held"}')).toEqual({ t: 'held', tracks: [] })
  })
})

import { useEffect, useState, useSyncExternalStore } from 'react'
import { onBack, onOtherNetwork } from '../rtc/back'
import { Call, type CallView } from '../rtc/call'
import type { LineSocket } from '../rtc/line'
import { tabChoices } from '../rtc/choices'
import { LocalMedia, type MediaView } from '../rtc/media'
import type { Relay } from '../rtc/protocol'
import { wakeSound } from '../rtc/sound'
import { Sealer, sealedSettings, type SealDeps } from '../rtc/seal/sealer'
import { pageTimers } from '../rtc/timers'

const devices = (): MediaDevices | undefined => (typeof navigator.mediaDevices?.getUserMedia === 'function' ? navigator.mediaDevices : undefined)

/** The camera and microphone, from the check until the page is left: they are asked for once. */
export function useMedia(on: boolean): { media: LocalMedia; view: MediaView } {
  const [media] = useState(() => new LocalMedia(devices(), tabChoices))
  useEffect(() => {
    if (!on) return undefined
    void media.start()
    const unsubscribe = onBack(() => {
      wakeSound()
      void media.recover()
    })
    const plugged = () => void media.list()
    devices()?.addEventListener('devicechange', plugged)
    return () => {
      unsubscribe()
      devices()?.removeEventListener('devicechange', plugged)
      media.stop()
    }
  }, [media, on])
  return { media, view: useSyncExternalStore(media.subscribe, media.current) }
}

function socketUrl(path: string): string {
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws'
  return `${scheme}://${window.location.host}${path}`
}

export const newPeer = (iceServers: Relay[] = [], iceTransportPolicy: RTCIceTransportPolicy = 'all', more: object = {}) => new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers, iceTransportPolicy, ...more })

const idle: CallView = { phase: 'joining', seats: [], speaking: [], level: 'good', remotes: [], onlySound: false, recording: 'off' }
const none = { subscribe: () => () => undefined, current: () => idle }

/** The call itself, while `on`; sealed with keys of its own where a visit is named for that. Closing the page leaves the seat waiting, so that a reload comes back to it. */
export function useCall(signal: string, on: boolean, media: LocalMedia, sealed?: string): { call: Call | undefined; view: CallView } {
  const [call, setCall] = useState<Call>()
  const ready = useSyncExternalStore(media.subscribe, () => media.current().ready)
  useEffect(() => {
    // The first offer already has the tracks in it, so wait until the browser has asked.
    if (!on || !ready) return undefined
    const sending = () => {
      const { tracks, mic, cam, onlySound } = media.current()
      return { tracks, mic: mic && Boolean(tracks.audio), cam: cam && Boolean(tracks.camera), only: onlySound }
    }
    const seal = sealed === undefined ? { newPeer } : {
      newPeer: (relays: Relay[]) => newPeer(relays, 'all', sealedSettings()),
      seal: (deps: Omit<SealDeps, 'visit'>, seat: string) => new Sealer({ ...deps, visit: sealed }, seat),
    }
    const made = new Call({ dial: () => new WebSocket(socketUrl(signal)) as unknown as LineSocket, shareTaken: () => media.unshare(), silenced: () => media.setMic(false), timers: pageTimers, ...seal }, sending())
    const unsubscribe = media.subscribe(() => made.send(sending()))
    const hurry = () => made.hurry()
    const away = [onBack(hurry), onOtherNetwork(() => made.renew())]
    window.addEventListener('online', hurry)
    made.start()
    setCall(made)
    return () => {
      unsubscribe()
      away.forEach((end) => end())
      window.removeEventListener('online', hurry)
      made.stop()
      setCall(undefined)
    }
  }, [signal, on, ready, media, sealed])
  const source = call ?? none
  return { call, view: useSyncExternalStore(source.subscribe, source.current) }
}

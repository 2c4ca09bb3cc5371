import { useCallback, useEffect, useRef, useState } from 'react'
import { onBack, playAgain } from '../rtc/back'
import type { Remote } from '../rtc/receive'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './visit.module.css'

/** Everybody's sound, apart from their pictures: a tile may go, the voice may not. */
export function Voices({ remotes }: { remotes: Remote[] }) {
  const { t } = useWords()
  const [blocked, setBlocked] = useState(false)
  const players = useRef(new Set<HTMLAudioElement>())
  const play = useCallback(() => {
    setBlocked(false)
    for (const player of players.current) {
      player.play().catch((error: unknown) => {
        // After a reload a browser wants to be pressed before it lets a page speak.
        if (error instanceof DOMException && error.name === 'NotAllowedError') setBlocked(true)
      })
    }
  }, [])
  useEffect(() => onBack(() => {
    players.current.forEach(playAgain)
    play()
  }), [play])
  return (
    <>
      {remotes.filter(({ kind }) => kind === 'audio').map(({ seat, track }) => <Voice key={`${seat}-${track.id}`} track={track} players={players.current} play={play} />)}
      {blocked && <div className={css.soundOff} role="alert"><Button onClick={play}>{t('visit.soundOn')}</Button></div>}
    </>
  )
}

function Voice({ track, players, play }: { track: MediaStreamTrack; players: Set<HTMLAudioElement>; play: () => void }) {
  const audio = useRef<HTMLAudioElement>(null)
  useEffect(() => {
    const player = audio.current
    if (!player) return undefined
    player.srcObject = new MediaStream([track])
    players.add(player)
    play()
    return () => {
      players.delete(player)
      player.srcObject = null
    }
  }, [track, players, play])
  return <audio ref={audio} autoPlay />
}

/** Calls when somebody is back at the page: it was behind another one, the screen was locked, or the phone rang. */
export function onBack(call: () => void): () => void {
  const back = () => {
    if (document.visibilityState === 'visible') call()
  }
  document.addEventListener('visibilitychange', back)
  window.addEventListener('pageshow', back)
  return () => {
    document.removeEventListener('visibilitychange', back)
    window.removeEventListener('pageshow', back)
  }
}

/** A player that a phone stopped plays again when it is given its track anew. */
export function playAgain(player: HTMLMediaElement): void {
  if (!player.paused && !player.ended) return
  const stream = player.srcObject
  player.srcObject = null
  player.srcObject = stream
}

interface Connection extends EventTarget { type?: string }

/** Calls when a device went from one kind of network to another, where a browser tells that. */
export function onOtherNetwork(call: () => void): () => void {
  const connection = (navigator as { connection?: Connection }).connection
  if (!connection?.type) return () => undefined
  let type = connection.type
  const changed = () => {
    const before = type
    type = connection.type ?? ''
    if (type !== before && type && type !== 'none') call()
  }
  connection.addEventListener('change', changed)
  return () => connection.removeEventListener('change', changed)
}

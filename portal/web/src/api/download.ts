import { problemOf } from './problem'

/** Fetches a file that the server may want a fresh proof for, and hands it to the browser. */
export async function download(path: string, name: string): Promise<void> {
  const answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store' })
  if (!answer.ok) throw await problemOf(answer)
  const url = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

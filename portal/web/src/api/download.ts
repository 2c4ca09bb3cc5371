import { problemOf } from './problem'

/** Fetches a file that the server may want a fresh proof for, and hands it to the browser. */
export async function download(path: string, name: string): Promise<void> {
  const answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store' })
  if (!answer.ok) throw await problemOf(answer)
  save(name, await answer.blob())
}

/** Hands words to the browser as a file. They are in no address, and leave the page's memory with it. */
export const saveText = (name: string, text: string): void => save(name, new Blob([`${text}\n`], { type: 'text/plain' }))

function save(name: string, file: Blob): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

// What was typed and is not at the clinic yet stays in this tab until it is there, also when the page is loaded
// again without a line. It belongs to one account: whoever signs in next in the same tab finds nothing of it.
const prefix = 'housecall.unsent.'

export function kept<T>(account: string, name: string): T | undefined {
  try {
    const text = window.sessionStorage.getItem(`${prefix}${account}.${name}`)
    return text === null ? undefined : (JSON.parse(text) as T)
  } catch {
    return undefined
  }
}

export function keep(account: string, name: string, value: unknown): void {
  try {
    if (value === undefined) window.sessionStorage.removeItem(`${prefix}${account}.${name}`)
    else window.sessionStorage.setItem(`${prefix}${account}.${name}`, JSON.stringify(value))
  } catch {
    // Then it lasts as long as the page.
  }
}

// Who has an account already signs in to it in between; the link waits in this tab meanwhile.
const key = 'housecall.invitation'

export function keepLink(token: string): void {
  window.sessionStorage.setItem(key, token)
}

export function keptLink(): string {
  try {
    return window.sessionStorage.getItem(key) ?? ''
  } catch {
    return '' // storage may be closed to us
  }
}

export function forgetLink(): void {
  try {
    window.sessionStorage.removeItem(key)
  } catch {
    // there was none
  }
}

// Whether the other side may know that one is writing. It is a matter of this browser, and kept in it.
const key = 'housecall.tellsTyping'

export const tells = {
  on(): boolean {
    try {
      return window.localStorage.getItem(key) !== 'no'
    } catch {
      return true
    }
  },
  set(on: boolean): void {
    try {
      if (on) window.localStorage.removeItem(key)
      else window.localStorage.setItem(key, 'no')
    } catch {
      // Then it lasts as long as the page.
    }
  },
}

import type { ChoiceStore } from './media'

const storeKey = 'housecall.devices'

/** For this tab only: nothing of it says who or what the visit is about. */
export const tabChoices: ChoiceStore = {
  read() {
    try {
      return JSON.parse(window.sessionStorage.getItem(storeKey) ?? '{}') as ReturnType<ChoiceStore['read']>
    } catch {
      return {}
    }
  },
  write(choices) {
    try {
      window.sessionStorage.setItem(storeKey, JSON.stringify(choices))
    } catch {
      // Then a reload begins with everything on.
    }
  },
}

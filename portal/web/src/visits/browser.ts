export type Browser = 'chrome' | 'edge' | 'firefox' | 'safari' | 'samsung' | 'other'
export type System = 'android' | 'iphone' | 'mac' | 'windows' | 'linux' | 'other'

/** Which kind of browser this is, and on what: no more than the kind is ever told. */
export function browserOf(agent: string, touchPoints: number): { browser: Browser; system: System } {
  const system: System = /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1) ? 'iphone'
    : /Android/.test(agent) ? 'android' : /Macintosh/.test(agent) ? 'mac' : /Windows/.test(agent) ? 'windows' : /Linux|CrOS/.test(agent) ? 'linux' : 'other'
  const browser: Browser = /Edg(A|iOS)?\//.test(agent) ? 'edge' : /SamsungBrowser\//.test(agent) ? 'samsung' : /Firefox\/|FxiOS\//.test(agent) ? 'firefox'
    : /Chrome\/|CriOS\/|Chromium\//.test(agent) ? 'chrome' : /Safari\//.test(agent) ? 'safari' : 'other'
  return { browser, system }
}

export const helps = ['chrome', 'android', 'iphone', 'mac', 'firefox'] as const
export type Help = (typeof helps)[number]

/** Whose settings the steps have to name. On an iPhone they are those of the system's own browser, whatever the name on it. */
export function helpOf(agent: string, touchPoints: number): Help {
  const { browser, system } = browserOf(agent, touchPoints)
  if (system === 'iphone') return 'iphone'
  if (browser === 'firefox') return 'firefox'
  if (system === 'android') return 'android'
  return browser === 'safari' && system === 'mac' ? 'mac' : 'chrome'
}

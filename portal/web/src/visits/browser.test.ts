import { describe, expect, it } from 'vitest'
import { browserOf, helpOf } from './browser'

const agents = {
  chromeWindows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  edge: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
  android: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
  samsung: 'Mozilla/5.0 (Linux; Android 13; SM-S901B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36',
  iphone: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  iphoneChrome: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1',
  mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
}

describe('which browser somebody has', () => {
  it.each([
    ['chromeWindows', 0, 'chrome windows', 'chrome'], ['edge', 0, 'edge windows', 'chrome'], ['android', 5, 'chrome android', 'android'], ['samsung', 5, 'samsung android', 'android'],
    ['iphone', 5, 'safari iphone', 'iphone'], ['iphoneChrome', 5, 'chrome iphone', 'iphone'], ['mac', 0, 'safari mac', 'mac'], ['mac', 5, 'safari iphone', 'iphone'], ['firefox', 0, 'firefox linux', 'firefox'],
  ] as const)('%s with %d', (name, touch, kind, help) => {
    const { browser, system } = browserOf(agents[name], touch)
    expect(`${browser} ${system}`).toBe(kind)
    expect(helpOf(agents[name], touch)).toBe(help)
  })
})

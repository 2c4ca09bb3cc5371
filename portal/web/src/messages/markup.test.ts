import { describe, expect, it } from 'vitest'
import { blocksOf, mark, plainOf, spansOf } from './markup'

const text = (spans: ReturnType<typeof spansOf>) => spans.map((span) => `${span.kind}:${span.text}`)

describe('formatted text', () => {
  it('knows bold, italic and lists, and leaves other signs alone', () => {
    expect(text(spansOf('take **two** _now_'))).toEqual(['text:take ', 'bold:two', 'text: ', 'italic:now'])
    expect(text(spansOf('2 * 3 ** 4, snake_case_name, a _ b'))).toEqual(['text:2 * 3 ** 4, snake_case_name, a _ b'])
    expect(blocksOf('Do this:\n- rest\n- drink\nand\n1. one\n2) two').map((block) => (block.kind === 'list' ? [block.ordered, block.items.length] : block.lines.length))).toEqual([1, [false, 2], 1, [true, 2]])
  })
  it('shows where a link leads, and makes none of anything but the web', () => {
    expect(spansOf('see https://example.org/a?b=1, please')[1]).toEqual({ kind: 'link', text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1', host: 'example.org' })
    expect(spansOf('[your bank](https://evil.example/x)')[0]).toMatchObject({ kind: 'link', text: 'your bank', host: 'evil.example' })
    for (const bad of ['javascript:alert(1)', '[x](javascript:alert(1))', '[x](data:text/html,1)', 'https://user:pass@bank.example', '[x](https://bank.example@evil.example)', '<img src=x onerror=alert(1)>', '<a href="https://a.example">x</a>x']) {
      expect(spansOf(bad).every(({ kind, ...span }) => kind !== 'link' || ('host' in span && span.host === 'a.example'))).toBe(true)
    }
  })
  it('loses nothing of what is plain, however it is written', () => {
    const signs = ['*', '_', '[', ']', '(', ')', 'a', ' ', 'https://', '-', '\n', '1. ']
    let seed = 7
    for (let round = 0; round < 3000; round += 1) {
      let line = ''
      for (let at = 0; at < 14; at += 1) {
        seed = (seed * 1103515245 + 12345) % 2147483648
        line += signs[seed % signs.length]
      }
      const shown = blocksOf(line).flatMap((block) => (block.kind === 'list' ? block.items : block.lines)).flat().map((span) => span.text).join('')
      expect(shown.replace(/[^a]/g, '')).toBe(line.replace(/[^a]/g, ''))
    }
  })
  it('is plain in lists', () => {
    expect(plainOf('Take **two**:\n- [now](https://a.example)\n- _later_')).toBe('Take two: now later')
  })
  it('puts signs around what is chosen', () => {
    expect(mark('take two now', 5, 8, '**')).toEqual({ text: 'take **two** now', from: 7, to: 10 })
    expect(mark('one\ntwo', 4, 7, '- ').text).toBe('one\n- two')
  })
})

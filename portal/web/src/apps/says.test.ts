import { describe, expect, it } from 'vitest'
import { empty, kindOf, kinds, saysOf } from './says'

describe('what is said about an app', () => {
  it('keeps its kind on the way to the server and back', () => {
    for (const kind of kinds) expect(kindOf(saysOf(kind, empty))).toBe(kind)
  })
  it('never sends keys for an app without any, nor addresses for a system', () => {
    const full = { ...empty, name: 'X', keys: '{"keys":[]}', keysUrl: ' https://x.example/keys ', scopes: 'a\n b  c', launchUrl: 'https://x.example', logoutUrl: ' https://x.example/out ' }
    expect(saysOf('symmetric', full).keys).toBeUndefined()
    expect(saysOf('web', full)).toMatchObject({ method: 'none', scopes: ['a', 'b', 'c'], launchUrl: 'https://x.example', logoutUrl: 'https://x.example/out' })
    expect(saysOf('backend', full)).toMatchObject({ method: 'private_key_jwt', keysUrl: 'https://x.example/keys', offline: false })
    expect(saysOf('backend', { ...full, group: ' 0f6f8a4e ' }).group).toBe('0f6f8a4e')
    expect(saysOf('asymmetric', { ...full, group: '0f6f8a4e' }).group).toBeUndefined()
    expect(saysOf('backend', full).redirects).toBeUndefined()
    expect(saysOf('backend', full).launchUrl).toBeUndefined()
  })
})

import i18next from 'i18next'
import { renderToStaticMarkup } from 'react-dom/server'
import { initReactI18next } from 'react-i18next'
import { beforeAll, describe, expect, it } from 'vitest'
import words from '../i18n/en'
import { entrance } from '../i18n/en/entrance'
import { LinkShown } from './LinkShown'

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { translation: { ...words, ...entrance } } }, interpolation: { escapeValue: false } })
})

const drawn = () => renderToStaticMarkup(<LinkShown link={{ url: 'https://clinic.example/join#secret', qr: 'data:image/png;base64,AA' } as Parameters<typeof LinkShown>[0]['link']} name="Carmen" sent onDone={() => undefined} />)

describe('a link that is shown once', () => {
  it('is copied and sent on from a call, which nobody leaves for a printer', () => {
    const html = drawn()
    for (const shown of [entrance.invite.onceSent, 'https://clinic.example/join#secret']) expect(html).toContain(shown)
    expect(html).toMatch(new RegExp(`data-variant="filled"[^>]*><span>${entrance.invite.copyIt}`))
    expect(html).not.toContain(entrance.invite.printIt)
  })
})

import 'i18next'
import type { en } from './en'
import type { account } from './en/account'
import type { clinic } from './en/clinic'
import type { detail } from './en/detail'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en & typeof account & typeof detail & typeof clinic }
  }
}

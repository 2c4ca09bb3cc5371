import 'i18next'
import type { en } from './en'
import type { account } from './en/account'
import type { booking } from './en/booking'
import type { clinic } from './en/clinic'
import type { detail } from './en/detail'
import type { inbox } from './en/inbox'
import type { messages } from './en/messages'
import type { notices } from './en/notices'
import type { privacy } from './en/privacy'
import type { today } from './en/today'
import type { visits } from './en/visits'
import type { worklist } from './en/worklist'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en & typeof account & typeof detail & typeof clinic & typeof booking & typeof today & typeof messages & typeof inbox & typeof notices & typeof visits & typeof worklist & typeof privacy }
  }
}

import 'i18next'
import type { en } from './en'
import type { access } from './en/access'
import type { account } from './en/account'
import type { apps } from './en/apps'
import type { connected } from './en/connected'
import type { asks } from './en/asks'
import type { booking } from './en/booking'
import type { care } from './en/care'
import type { coverage } from './en/coverage'
import type { clinic } from './en/clinic'
import type { detail } from './en/detail'
import type { entrance } from './en/entrance'
import type { inbox } from './en/inbox'
import type { phrases } from './en/phrases'
import type { pools } from './en/pools'
import type { messages } from './en/messages'
import type { delivery } from './en/delivery'
import type { notices } from './en/notices'
import type { sharing } from './en/sharing'
import type { privacy } from './en/privacy'
import type { after } from './en/after'
import type { before } from './en/before'
import type { plan } from './en/plan'
import type { today } from './en/today'
import type { visits } from './en/visits'
import type { worklist } from './en/worklist'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en & typeof account & typeof detail & typeof clinic & typeof booking & typeof today & typeof messages & typeof inbox & typeof pools & typeof phrases & typeof coverage & typeof notices & typeof delivery & typeof visits & typeof before & typeof plan & typeof after & typeof worklist & typeof apps & typeof connected & typeof entrance & typeof sharing & typeof care & typeof privacy & typeof access & typeof asks }
  }
}

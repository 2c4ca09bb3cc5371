import type { AppLine } from '../api/types'
import type { Words } from '../ui/useWords'

type Speaker = Pick<Words, 't' | 'i18n'>

/** What a line is about, in plain words; what has none yet goes by its own name. */
export function lineText({ id, type, part }: AppLine, { t, i18n }: Speaker): string {
  if (type) {
    const whole = i18n.exists(`connected.type.${type}`) ? t(`connected.type.${type as 'other'}`) : type
    if (!part) return whole
    return i18n.exists(`connected.part.${part}`) ? t(`connected.part.${part as 'laboratory'}`) : t('connected.partOther', { type: whole, part })
  }
  switch (id) {
    case 'profile': return t('connected.scope.profile')
    case 'email': return t('connected.scope.email')
    case 'offline_access': return t('connected.scope.offline')
    case 'housecall/sensitive': return t('connected.scope.sensitive')
    default: return t('connected.scope.other', { name: id })
  }
}

/** What else there is to know before it is ticked. */
export function lineHelp({ id }: AppLine, { t }: Pick<Words, 't'>): string | undefined {
  if (id === 'offline_access') return t('connected.scope.offlineHelp')
  if (id === 'housecall/sensitive') return t('connected.scope.sensitiveHelp')
  return undefined
}

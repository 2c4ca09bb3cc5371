import type { AppLine } from '../api/types'
import type { Words } from '../ui/useWords'

type Speaker = Pick<Words, 't' | 'i18n'>

/** What a line is about, in plain words; what has none yet goes by its own name. */
export function lineText({ id, type, part }: AppLine, { t, i18n }: Speaker): string {
  if (type) {
    const whole = i18n.exists(`apps.type.${type}`) ? t(`apps.type.${type as 'other'}`) : type
    if (!part) return whole
    return i18n.exists(`apps.part.${part}`) ? t(`apps.part.${part as 'laboratory'}`) : t('apps.partOther', { type: whole, part })
  }
  switch (id) {
    case 'profile': return t('apps.scope.profile')
    case 'email': return t('apps.scope.email')
    case 'offline_access': return t('apps.scope.offline')
    case 'housecall/sensitive': return t('apps.scope.sensitive')
    default: return t('apps.scope.other', { name: id })
  }
}

/** What else there is to know before it is ticked. */
export function lineHelp({ id }: AppLine, { t }: Pick<Words, 't'>): string | undefined {
  if (id === 'offline_access') return t('apps.scope.offlineHelp')
  if (id === 'housecall/sensitive') return t('apps.scope.sensitiveHelp')
  return undefined
}

import { givenName } from '../format/names'
import { TurnLine } from '../ui/TurnLine'
import { useClinic, useWords } from '../ui/useWords'
import type { Thread } from './types'
import { useWritten } from './useWritten'

/** Who acts next in a thread, and by when. */
export function ThreadTurn({ thread, name }: { thread: Thread; name: string }) {
  const { t } = useWords()
  const { until, isLate } = useWritten()
  const phone = useClinic()?.phone
  if (thread.state === 'closed') return <TurnLine whose="them" icon="done" owner={t('message.turn.closed')}>{t('message.turn.closedText')}</TurnLine>
  switch (thread.turn) {
    case 'you': return <TurnLine whose="you" icon="pen" owner={t('message.turn.yours')}>{t('message.turn.answer')}</TurnLine>
    case 'patient': return <TurnLine whose="them" owner={t('message.turn.person', { name: givenName(name) })}>{t('message.turn.personText', { name: givenName(name) })}</TurnLine>
    case 'none': return <TurnLine whose="them" icon="done" owner={t('message.turn.none')}>{t('message.turn.noneText')}</TurnLine>
  }
  if (thread.urgent) {
    const has = thread.claimedBy ? t('message.turn.has', { name: thread.claimedBy.name }) : t('message.turn.nobodyHas')
    return <TurnLine whose="them" icon="alert" owner={t('message.turn.urgent')}>{phone ? `${has} ${t('message.turn.worse', { phone })}` : has}</TurnLine>
  }
  if (thread.due && isLate(thread)) {
    const date = until(thread.due)
    return <TurnLine whose="late" owner={t('message.turn.late')}>{phone ? t('message.turn.lateCall', { date, phone }) : t('message.turn.lateText', { date })}</TurnLine>
  }
  return <TurnLine whose="them" owner={t('message.turn.theirs')}>{thread.due ? t('message.turn.until', { date: until(thread.due) }) : t('message.turn.noDate')}</TurnLine>
}

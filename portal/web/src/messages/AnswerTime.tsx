import { useWords } from '../ui/useWords'
import type { MessageOptions, Topic } from './types'

const day = 24 * 60

/** How soon the clinic answers: what it achieved of late for this topic, else what it promises. */
export function AnswerTime({ options, topic }: { options?: MessageOptions; topic?: Topic }) {
  const { t } = useWords()
  const hours = options?.answerWithin.hours ?? 0
  const pace = options?.paces?.find((one) => one.topic === topic)
  if (!pace?.measured) return hours > 0 ? <p className="dim">{hours < 24 ? t('message.answerHours', { count: hours }) : t('message.answerDays', { count: Math.round(hours / 24) })}</p> : null
  const long = (minutes: number) => minutes < 60 ? t('message.paceMinutes', { count: Math.max(1, minutes) }) : minutes < 2 * day ? t('message.paceHours', { count: Math.ceil(minutes / 60) }) : t('message.paceDays', { count: Math.ceil(minutes / day) })
  return <p className="dim">{t('message.pace', { half: long(pace.median), most: long(pace.ninety) })}</p>
}

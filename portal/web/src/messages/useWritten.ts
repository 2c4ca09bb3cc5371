import { dayOf, weekdayDate } from '../booking/when'
import { daysAgo, timeOf } from '../format/date'
import { listOf } from '../format/locale'
import { givenName } from '../format/names'
import { relationOf } from '../shell/relation'
import { useWords } from '../ui/useWords'
import { readersOf } from './lines'
import type { Author, Message, Read, Thread } from './types'

/** How people, days and states are written wherever messages are shown. */
export function useWritten() {
  const { t, locale, day, clock } = useWords()
  const lower = (text: string) => (locale === 'es' ? text.charAt(0).toLocaleLowerCase() + text.slice(1) : text)
  const dayName = (at: string) => {
    const ago = daysAgo(at, clock)
    return ago === 0 ? day.today : ago === 1 ? day.yesterday : weekdayDate(dayOf(at, clock.zone), locale, clock)
  }
  const time = (at: string) => timeOf(at, clock.zone)
  const names = (reads: Read[]) => listOf(reads.map(({ name }) => name), locale)
  return {
    time, dayName,
    /** In a list: the time today, else the day. */
    lately: (at: string) => (daysAgo(at, clock) === 0 ? time(at) : dayName(at)),
    /** "Wednesday, November 25, 5:00 PM"; never "today", which would not fit into every sentence. */
    until: (at: string) => `${lower(weekdayDate(dayOf(at, clock.zone), locale, clock))}, ${time(at)}`,
    isLate: (thread: Thread) => thread.state === 'open' && thread.due !== undefined && Date.parse(thread.due) < clock.now.getTime(),
    topic: (thread: Thread) => thread.subject || t(`message.topic.${thread.topic}`),
    role: (author: Author) => t(`message.role.${author.role}`),
    /** "for Rosa", and for those who do not know both of them "for Rosa (mother)": what she is to the writer. */
    forName: ({ forPatient, from, mine }: Message) => {
      if (!forPatient) return ''
      const kin = relationOf(from.relation)
      const name = givenName(forPatient)
      return t('message.forName', { name: mine || kin === 'other' || kin === 'self' ? name : t('message.kinOf', { name, relation: t(`message.kin.${kin}`) }) })
    },
    /** "Read by Tobias Quill at 9:24 AM", or nothing while nobody did. */
    readBy: (message: Message) => {
      const [first, ...rest] = readersOf(message)
      if (!first) return ''
      return daysAgo(first.at, clock) === 0 ? t('message.readBy', { names: names([first, ...rest]), when: time(first.at) })
        : t('message.readByOn', { names: names([first, ...rest]), when: `${dayName(first.at)}, ${time(first.at)}` })
    },
  }
}

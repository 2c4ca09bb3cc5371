import { dayOf, weekdayDate } from '../booking/when'
import { daysAgo, timeOf, type DayWords } from '../format/date'
import { relationOf } from '../shell/relation'
import { useWords } from '../ui/useWords'
import type { Ask, AskStep, Party } from './types'

/** How requests, their people and their days are written. */
export function useAskWords() {
  const { t, locale, day, dayInside, clock } = useWords()
  const write = (at: string, words: DayWords) => {
    const ago = daysAgo(at, clock)
    return `${ago === 0 ? words.today : ago === 1 ? words.yesterday : weekdayDate(dayOf(at, clock.zone), locale, clock)}, ${timeOf(at, clock.zone)}`
  }
  return {
    when: (at: string) => write(at, day),
    whenInside: (at: string) => write(at, dayInside),
    title: (ask: Ask) => (ask.medicine?.name ? `${t(`asks.kind.${ask.kind}`)}: ${ask.medicine.name}` : t(`asks.kind.${ask.kind}`)),
    /** "Elena asked for Rosa". */
    who: (ask: Ask) => {
      const kin = relationOf(ask.by.relation)
      if (!ask.forPatient) return ask.mine ? t('asks.askedYou') : t('asks.asked', { who: ask.by.name })
      return t('asks.askedFor', { who: ask.by.name, name: kin === 'self' || kin === 'other' ? ask.forPatient : t('message.kinOf', { name: ask.forPatient, relation: t(`message.kin.${kin}`) }) })
    },
    person: ({ name, role }: Party) => (role === 'patient' ? name : t('asks.personRole', { name, role: t(`message.role.${role}`) })),
    /** What a step is called: seen by the clinic, or answered by the other side. */
    stepOf: ({ state, by }: AskStep) => (state === 'received' && by.side === 'patient' ? 'answered' : state) as 'answered' | AskStep['state'],
  }
}

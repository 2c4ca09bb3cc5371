import type { DayPerson, DayWaiting } from '../booking/types'
import { Tag } from '../ui/Card'
import { useWords } from '../ui/useWords'
import { Answer } from '../visits/Answer'
import { visitOf } from '../visits/queries'
import { checkDetails, checkLine, troubled } from '../visits/checkWords'
import css from './today.module.css'

/** One of those who wait for a visit: how their devices were found, and what they wrote. */
export function WaitingPerson({ item, person, answers }: { item: DayWaiting; person: DayPerson; answers: boolean }) {
  const { t, locale } = useWords()
  const alone = item.people.length === 1
  return (
    <div className={css.person}>
      <p className={troubled(person.check) ? css.trouble : 'dim'} title={person.check && checkDetails(person.check, t)}>{!alone && <b>{person.name}: </b>}{checkLine(person.check, t, locale)}</p>
      {person.where?.outside && <p><Tag tone="look">{t('seen.outside')}</Tag></p>}
      {answers && <div className={css.buttons}><Answer source={visitOf(item.patient, item.id)} seat={person.seat} name={person.name} asks={person.asks} /></div>}
    </div>
  )
}

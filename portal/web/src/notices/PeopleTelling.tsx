import { useState } from 'react'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import { KindTable } from './KindTable'
import css from './notices.module.css'
import type { Telling } from './queries'

/** Somebody one cares for may be told of otherwise: one parent's appointments by no mail, say. */
export function PeopleTelling({ now, change }: { now: Telling; change: (people: Telling['people']) => void }) {
  const { t } = useWords()
  const me = useMe()
  const [open, setOpen] = useState('')
  if (me.people.length < 2) return null
  const own = now.people ?? []
  const others = (patient: string) => own.filter((one) => one.patient !== patient)
  return (
    <div className={css.kinds}>
      <h4 className={css.small}>{t('notices.people')}</h4>
      <p className="meta">{t('notices.peopleHelp')}</p>
      {me.people.map(({ patient, name }) => {
        const kept = own.find((one) => one.patient === patient)
        const id = `told-${patient}`
        return (
          <div key={patient}>
            <div className={css.person}>
              <span id={id} className="grow"><b>{name}</b><span className="meta">{t(kept ? 'notices.otherwise' : 'notices.asAll')}</span></span>
              <Button variant="subtle" aria-expanded={open === patient} aria-label={`${t(open === patient ? 'notices.done' : 'notices.changeFor')} ${name}`} onClick={() => setOpen(open === patient ? '' : patient)}>{t(open === patient ? 'notices.done' : 'notices.changeFor')}</Button>
            </div>
            {open === patient && (
              <>
                <KindTable label={id} now={now} kinds={kept?.kinds ?? now.kinds} change={(kinds) => change([...others(patient), { patient, kinds }])} />
                {kept && <Button variant="subtle" onClick={() => change(others(patient))}>{t('notices.asAllAgain')}</Button>}
              </>
            )}
          </div>
        )
      })}
    </div>
  )
}

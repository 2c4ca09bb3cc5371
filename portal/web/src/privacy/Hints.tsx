import { useQuery } from '@tanstack/react-query'
import { moment } from '../format/date'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { useState } from 'react'
import { hintsQuery, type Hint, type Period } from './calls'
import css from './privacy.module.css'

const few = 8

/** Accesses that stand out, each with its plain reason. None is an accusation. */
export function Hints({ period, onShow }: { period: Period; onShow: (hint: Hint) => void }) {
  const { t } = useWords()
  const [all, setAll] = useState(false)
  const hints = useQuery(hintsQuery(period))
  const items = hints.data?.items ?? []
  return (
    <section aria-labelledby="unusual" className={css.section}>
      <h2 id="unusual">{t('privacy.unusual')}</h2>
      <p className="dim measure">{t('privacy.unusualLead')}</p>
      {hints.error ? <LoadError error={hints.error} onRetry={() => void hints.refetch()} />
        : hints.isPending ? <Skeleton heights={[64, 64]} />
        : items.length === 0 ? <p className="dim">{t('privacy.unusualNone')}</p>
        : <Card rows>{items.slice(0, all ? undefined : few).map((hint) => <HintRow key={hint.kind + hint.account + (hint.patient ?? '') + hint.from} hint={hint} onShow={onShow} />)}</Card>}
      {!all && items.length > few && <p><Button variant="default" onClick={() => setAll(true)}>{t('privacy.unusualAll', { count: items.length })}</Button></p>}
      {hints.data?.more && <p className="dim">{t('privacy.unusualMore')}</p>}
    </section>
  )
}

function HintRow({ hint, onShow }: { hint: Hint; onShow: (hint: Hint) => void }) {
  const { t, locale, day, clock } = useWords()
  const patient = hint.name || t('privacy.somebody')
  return (
    <div className={css.hint}>
      <div className="grow">
        <p><b>{hint.who}</b> {hint.kind !== 'many' && <>{t('privacy.looked', { patient, count: hint.count })}</>} <Tag tone={hint.kind === 'emergency' ? 'look' : 'outline'}>{t(`privacy.hint.${hint.kind}`)}</Tag></p>
        <p className="dim">{t(`privacy.reason.${hint.kind}`, { patient, count: hint.count, usual: hint.usual ?? 0 })} <span className="meta">{moment(hint.until, locale, day, clock)}</span></p>
      </div>
      <Button variant="default" onClick={() => onShow(hint)} aria-label={t('privacy.showOf', { who: hint.who })}>{t('privacy.show')}</Button>
    </div>
  )
}

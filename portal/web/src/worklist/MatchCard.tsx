import { useState } from 'react'
import { take } from '../api/client'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, type Match } from './calls'
import { PairTable } from './PairTable'
import { Reason, shortest } from './Reason'
import { useDecision } from './useDecision'
import css from './worklist.module.css'

/** Two records side by side, what differs marked, and the two answers. */
export function MatchCard({ match }: { match: Match }) {
  const { t } = useWords()
  const text = useErrorText()
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  // The fuller record is the one to go on with.
  const [first, second] = match.b.count > match.a.count ? [match.b, match.a] : [match.a, match.b]
  const join = useDecision(() => take(api.POST('/clinic/matches/join', { body: { survivor: first.id, other: second.id, reason: reason.trim() } })))
  const apart = useDecision(() => take(api.POST('/clinic/matches/apart', { body: { a: first.id, b: second.id } })))
  const error = join.error ?? apart.error
  const go = () => {
    const short = reason.trim().length < shortest
    setMissing(short)
    if (!short) join.mutate(undefined)
  }
  return (
    <Card pad label={first.name}>
      <div className={css.head}><h3>{first.name}</h3><Tag tone={match.grade === 'possible' ? 'outline' : 'look'}>{t(`work.grade.${match.grade}`)}</Tag></div>
      <PairTable heads={[t('work.keeps'), t('work.other')]} sides={[first, second]} name={t('work.compare')} />
      {error && <p role="alert" className={css.error}>{text(error)}</p>}
      <Reason value={reason} missing={missing} onChange={setReason} />
      <div className={css.acts}>
        <Button variant="default" loading={join.isPending} onClick={go}>{t('work.join')}</Button>
        <Button variant="subtle" loading={apart.isPending} onClick={() => apart.mutate(undefined)}>{t('work.apart')}</Button>
      </div>
    </Card>
  )
}

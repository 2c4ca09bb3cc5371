import { useMutation, useQuery } from '@tanstack/react-query'
import { linkOutside } from '../api/auth'
import { outsideQuery } from '../api/queries'
import type { OtherWay } from '../api/types'
import { Button } from '../ui/Button'
import { SectionCard, Tag } from '../ui/Card'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './account.module.css'
import { useStepUp } from './StepUp'

/** Accounts elsewhere that open this one. Most sites trust nobody else: then there is nothing to see. */
export function OutsideCard() {
  const { t } = useWords()
  const ways = useQuery(outsideQuery).data?.items ?? []
  if (ways.length === 0) return null
  return (
    <SectionCard title={t('account.outside')}>
      <p className="dim">{t('account.outsideLead')}</p>
      <ul className={css.list}>{ways.map((way) => <WayItem key={way.id} way={way} />)}</ul>
    </SectionCard>
  )
}

function WayItem({ way }: { way: OtherWay }) {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const link = useMutation({
    mutationFn: () => stepUp.run(() => linkOutside(way.id, window.location.pathname)),
    onSuccess: (answer) => {
      if (answer !== 'cancelled' && answer.next) window.location.assign(answer.next)
    },
  })
  return (
    <li className={css.item}>
      <div className="grow">
        <b>{way.name}</b>
        <span className="meta">{way.linked ? t('account.outsideLinked') : t('account.outsideNotLinked')}</span>
      </div>
      {way.linked ? <Tag tone="accent">{t('account.outsideOn')}</Tag>
        : <Button variant="default" loading={link.isPending} aria-label={`${t('account.outsideLink')}: ${way.name}`} onClick={() => link.mutate()}>{t('account.outsideLink')}</Button>}
      {link.error && <ErrorSummary errors={[{ message: text(link.error) }]} />}
      {stepUp.dialog}
    </li>
  )
}

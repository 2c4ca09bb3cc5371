import { Modal } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { linkOutside } from '../api/auth'
import { api, take } from '../api/client'
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
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [removing, setRemoving] = useState(false)
  const link = useMutation({
    mutationFn: () => stepUp.run(() => linkOutside(way.id, window.location.pathname)),
    onSuccess: (answer) => {
      if (answer !== 'cancelled' && answer.next) window.location.assign(answer.next)
    },
  })
  const unlink = useMutation({
    mutationFn: () => stepUp.run(() => take(api.DELETE('/me/outside/{id}', { params: { path: { id: way.id } } }))),
    onSuccess: (done) => {
      if (done !== 'cancelled') void queries.invalidateQueries({ queryKey: outsideQuery.queryKey })
      setRemoving(false)
    },
  })
  const close = () => {
    unlink.reset()
    setRemoving(false)
  }
  return (
    <li className={css.item}>
      <div className="grow">
        <b>{way.name}</b>
        <span className="meta">{way.linked ? t('account.outsideLinked') : t('account.outsideNotLinked')}</span>
      </div>
      {way.linked ? (
        <>
          <Tag tone="accent">{t('account.outsideOn')}</Tag>
          <Button variant="quiet-danger" aria-label={`${t('account.outsideUnlink')}: ${way.name}`} onClick={() => setRemoving(true)}>{t('account.outsideUnlink')}</Button>
        </>
      ) : <Button variant="default" loading={link.isPending} aria-label={`${t('account.outsideLink')}: ${way.name}`} onClick={() => link.mutate()}>{t('account.outsideLink')}</Button>}
      {link.error && <ErrorSummary errors={[{ message: text(link.error) }]} />}
      <Modal opened={removing} onClose={close} title={t('account.outsideUnlinkTitle', { name: way.name })} closeButtonProps={{ 'aria-label': t('close') }}>
        {unlink.error && <ErrorSummary errors={[{ message: text(unlink.error) }]} />}
        <p>{t('account.outsideUnlinkText')}</p>
        <div className={`${css.buttons} ${css.gap}`}>
          <Button variant="danger" loading={unlink.isPending} onClick={() => unlink.mutate()}>{t('account.outsideUnlink')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </Modal>
      {stepUp.dialog}
    </li>
  )
}

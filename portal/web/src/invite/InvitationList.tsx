import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { longDate } from '../format/date'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, invitationsKey, invitationsQuery, type Handed, type Invitation } from './calls'
import css from './invite.module.css'
import { LinkShown } from './LinkShown'

/** Who was invited and has not come in yet: a new link, or none any more. */
export function InvitationList({ patient }: { patient?: string }) {
  const { t } = useWords()
  const list = useInfiniteQuery(invitationsQuery(patient))
  if (list.error && !list.data) return <LoadError error={list.error} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton heights={[72, 72]} />
  const items = list.data.pages.flatMap((page) => page.items ?? [])
  if (items.length === 0) return <p className="dim"><b>{t('invite.none')}</b><br />{t('invite.noneText')}</p>
  return (
    <>
      <Card rows><ul>{items.map((item) => <Line key={item.id} item={item} mail={list.data.pages[0]?.mail ?? false} />)}</ul></Card>
      {list.hasNextPage && <p><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('invite.more')}</Button></p>}
    </>
  )
}

function Line({ item, mail }: { item: Invitation; mail: boolean }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [link, setLink] = useState<Handed | undefined>()
  const refresh = () => queries.invalidateQueries({ queryKey: invitationsKey })
  const byMail = mail && Boolean(item.email) && item.mailed
  const again = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/clinic/invitations/{id}/again', { params: { path: { id: item.id } }, body: { mail: byMail } }))),
    onSuccess: (made) => {
      if (made === 'cancelled') return
      setLink(made.link)
      if (!made.link) void refresh()
    },
  })
  const withdraw = useMutation({ mutationFn: () => take(api.DELETE('/clinic/invitations/{id}', { params: { path: { id: item.id } } })), onSuccess: refresh })
  const error = again.error ?? withdraw.error
  return (
    <li className={css.line}>
      <div className="grow">
        <b>{item.name}</b>
        <span className="meta">{[t(`invite.kind.${item.kind}`), item.email, item.state === 'open' && t('invite.until', { date: longDate(item.expiresAt, locale, clock.zone) })].filter(Boolean).join(', ')}</span>
      </div>
      <Tag tone={item.state === 'open' ? 'plain' : 'look'}>{t(`invite.state.${item.state}`)}</Tag>
      <div className={css.buttons}>
        <Button variant="default" aria-label={`${t(byMail ? 'invite.againMail' : 'invite.again')}: ${item.name}`} loading={again.isPending} onClick={() => again.mutate()}>{t(byMail ? 'invite.againMail' : 'invite.again')}</Button>
        <Button variant="quiet-danger" aria-label={`${t('invite.withdraw')}: ${item.name}`} loading={withdraw.isPending} onClick={() => withdraw.mutate()}>{t('invite.withdraw')}</Button>
      </div>
      {again.isSuccess && again.data !== 'cancelled' && !link && byMail && <p role="status" className="meta">{t('invite.mailed')}</p>}
      {error && <ErrorSummary errors={[{ message: text(error) }]} />}
      {link && <LinkShown link={link} onDone={() => { setLink(undefined); void refresh() }} />}
      {stepUp.dialog}
    </li>
  )
}

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTitleOver } from '../shell/title'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { useUnreadChat } from './Chat'
import css from './small.module.css'
import { stateOf } from './source'
import { minutesLeft } from './step'
import type { Visit } from './types'
import type { OwnPart } from './useOwnPart'

interface Props { visit: Visit; part: OwnPart; onBack: () => void }

/** The waiting room while another page is in front: one's place in it stays, and what is new of it is told here. */
export function Waiting({ visit, part, onBack }: Props) {
  const { t } = useWords()
  const unread = useUnreadChat(part.source, true, false)
  const minutes = visit.state === 'live' ? undefined : minutesLeft(visit)
  const late = visit.behindMinutes ?? 0
  const place = visit.state !== 'live' && visit.place
  return (
    <section className={css.strip} data-waits aria-label={t('small.title')}>
      {/* Minutes pass by themselves: only what is new is read out. */}
      <p className={css.where}><b>{t('small.waiting')}</b><span role="status">{place ? `, ${t('small.number', { place })}` : ''}</span>{minutes !== undefined && `, ${t('small.minutes', { count: minutes })}`}</p>
      <div className={css.news}>
        <p role="status">{late > 0 ? t('small.late', { count: late }) : ''}</p>
        <p role="status">{unread > 0 ? t('small.lines', { count: unread }) : ''}</p>
      </div>
      <GiveUp part={part} />
      <Button className={css.back} onClick={onBack}><span aria-hidden="true">{t('small.backShort')}</span><span className="sr">{t('small.backWaiting')}</span></Button>
    </section>
  )
}

/** Let in while another page is in front: camera and microphone stay off until one comes. The tab says it, too. */
export function Called({ visit, part, onBack }: Props) {
  const { t } = useWords()
  useTitleOver(t('small.called'))
  return (
    <section className={css.strip} data-waits data-called aria-label={t('small.title')}>
      <p className={css.where} role="alert"><b>{t('small.lets', { name: visit.appointment.practitioner.name })}</b></p>
      <div className={css.news} />
      <GiveUp part={part} />
      <Button className={css.back} onClick={onBack}>{t('small.join')}</Button>
    </section>
  )
}

function GiveUp({ part }: { part: OwnPart }) {
  const { t } = useWords()
  const said = useErrorText()
  const queries = useQueryClient()
  const out = useMutation({
    mutationFn: () => part.source.act({ do: 'leaveWaiting' }),
    onSuccess: (visit) => {
      queries.setQueryData(stateOf(part.source).queryKey, visit)
      part.leave()
    },
  })
  return (
    <>
      {out.error && <p className={css.wrong} role="alert">{said(out.error)}</p>}
      <Button variant="subtle" loading={out.isPending} onClick={() => out.mutate()}><span aria-hidden="true">{t('visit.leave')}</span><span className="sr">{t('small.leaveWaiting')}</span></Button>
    </>
  )
}

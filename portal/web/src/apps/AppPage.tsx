import { Modal } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useStepUp } from '../account/StepUp'
import { longDate } from '../format/date'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { SectionCard, Tag } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { AppForm } from './AppForm'
import css from './apps.module.css'
import { appQuery, appsKey, changeApp, newSecret, switchApp, type RegisteredApp, type Says } from './calls'
import { draftOf, kindOf } from './says'
import { Copied, SecretCard } from './SecretCard'

/** One app: its ID and secret, what it is and may do, and a way to keep it out. */
export function AppPage() {
  const { t } = useWords()
  const { app: id } = useParams({ from: '/gate/clinic/apps/$app' })
  const app = useQuery(appQuery(id))
  usePageTitle(app.data?.name ?? t('apps.page'))
  return (
    <div className={css.page}>
      <PageHead title={app.data?.name ?? t('apps.page')} back={<BackLink to="/clinic/apps" place={t('apps.back')} />} actions={app.data && <Tag tone={app.data.active ? 'accent' : 'look'}>{app.data.active ? t('apps.on') : t('apps.off')}</Tag>} />
      {app.error && !app.data ? <LoadError error={app.error} onRetry={() => void app.refetch()} />
        : !app.data ? <Skeleton heights={[96, 96, 320]} />
        : app.data.own ? <p>{t('apps.ownText')}</p>
        : <AppCards app={app.data} />}
    </div>
  )
}

function AppCards({ app }: { app: RegisteredApp }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [asking, setAsking] = useState(false)
  const [said, setSaid] = useState('')
  const done = (now: RegisteredApp, words: string) => {
    queries.setQueryData(appQuery(app.id).queryKey, now)
    void queries.invalidateQueries({ queryKey: [...appsKey, 'list'] })
    setSaid(words)
  }
  const save = useMutation({
    mutationFn: (says: Says) => stepUp.run(() => changeApp(app.id, says)),
    onSuccess: (now) => { if (now !== 'cancelled') done(now, t('apps.saved')) },
  })
  const secret = useMutation({
    mutationFn: () => stepUp.run(() => newSecret(app.id)),
    onSuccess: () => void queries.invalidateQueries({ queryKey: appsKey }),
  })
  const turn = useMutation({
    mutationFn: (on: boolean) => stepUp.run(() => switchApp(app.id, on)),
    onSuccess: (now, on) => { if (now !== 'cancelled') done(now, on ? t('apps.enabled') : t('apps.disabled')) },
  })
  const kind = kindOf(app)
  const date = longDate(app.createdAt, locale, clock.zone)
  const fresh = secret.data === 'cancelled' ? undefined : secret.data
  return (
    <>
      {said && <Said>{said}</Said>}
      <SectionCard title={t(`apps.kind.${kind}`)}>
        <p className="dim">{app.createdBy ? t('apps.byOn', { name: app.createdBy, date }) : t('apps.onDate', { date })}</p>
        <Copied label={t('apps.id')} value={app.id} />
      </SectionCard>
      {kind === 'symmetric' && (
        <SectionCard title={t('apps.secret')}>
          {secret.error && <ErrorSummary errors={[{ message: text(secret.error) }]} />}
          {fresh ? <SecretCard secret={fresh.secret} /> : app.secretAt && <p className="dim">{t('apps.secretMade', { date: longDate(app.secretAt, locale, clock.zone) })}</p>}
          <p className="dim">{t('apps.secretNewText')}</p>
          <Button variant="default" icon="key" loading={secret.isPending} onClick={() => secret.mutate()}>{t('apps.secretNew')}</Button>
        </SectionCard>
      )}
      <SectionCard title={t('apps.details')}>
        <AppForm kind={kind} start={draftOf(app)} button={t('apps.save')} busy={save.isPending} error={save.error} below={<p className="dim">{t('apps.ends')}</p>} onSend={(says) => { setSaid(''); save.mutate(says) }} />
      </SectionCard>
      {turn.error && <ErrorSummary errors={[{ message: text(turn.error) }]} />}
      <p>
        {app.active
          ? <Button variant="quiet-danger" onClick={() => setAsking(true)}>{t('apps.disable')}</Button>
          : <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate(true)}>{t('apps.enable')}</Button>}
      </p>
      <Modal opened={asking} onClose={() => setAsking(false)} title={t('apps.disableTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
        <div className={css.form}>
          <p>{t('apps.disableText')}</p>
          <div className={css.buttons}>
            <Button variant="danger" onClick={() => { setAsking(false); turn.mutate(false) }}>{t('apps.disable')}</Button>
            <Button variant="subtle" onClick={() => setAsking(false)}>{t('cancel')}</Button>
          </div>
        </div>
      </Modal>
      {stepUp.dialog}
    </>
  )
}

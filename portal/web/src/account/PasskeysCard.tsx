import { Modal, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, take } from '../api/client'
import { passkeysQuery } from '../api/queries'
import type { Passkey } from '../api/types'
import { createPasskey, passkeysSupported } from '../api/webauthn'
import { longDate } from '../format/date'
import { Button } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './account.module.css'
import { useStepUp } from './StepUp'

/** Passkeys: what there is, one more, another name, away with it. */
export function PasskeysCard() {
  const { t } = useWords()
  const keys = useQuery(passkeysQuery)
  const [adding, setAdding] = useState(false)
  const [added, setAdded] = useState(false)
  return (
    <SectionCard title={t('account.passkeys')}>
      <p className="dim">{t('account.passkeysLead')}</p>
      {added && <div className={css.under}><Said>{t('account.passkeyAdded')}</Said></div>}
      {keys.error && !keys.data ? <LoadError error={keys.error} onRetry={() => void keys.refetch()} />
        : !keys.data ? <Skeleton heights={[64]} />
        : keys.data.items.length === 0 ? <p className={css.gap}>{t('account.noPasskeys')}</p>
        : <ul className={css.list}>{keys.data.items.map((key) => <PasskeyItem key={key.id} passkey={key} />)}</ul>}
      <div className={css.gap}>
        {!passkeysSupported() ? <p className="dim">{t('account.passkeyUnsupported')}</p>
          : adding ? <AddPasskey onClose={() => setAdding(false)} onAdded={() => { setAdding(false); setAdded(true) }} />
          : <Button variant="default" icon="plus" onClick={() => { setAdded(false); setAdding(true) }}>{t('account.addPasskey')}</Button>}
      </div>
    </SectionCard>
  )
}

function AddPasskey({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [name, setName] = useState<string>(t('account.defaultPasskey'))
  const add = useMutation({
    mutationFn: () =>
      stepUp.run(async () => {
        const options = await take(api.POST('/me/passkeys/begin'))
        const credential = await createPasskey(options)
        await take(api.POST('/me/passkeys/finish', { body: { name: name.trim() || t('account.defaultPasskey'), credential } }))
        return 'added' as const
      }),
    onSuccess: (done) => {
      if (done === 'cancelled') return
      void queries.invalidateQueries({ queryKey: passkeysQuery.queryKey })
      onAdded()
    },
  })
  const errors = add.error ? [{ message: add.error instanceof DOMException ? t(add.error.name === 'InvalidStateError' ? 'account.passkeyKnown' : 'account.passkeyCancelled') : text(add.error) }] : []
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate()
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <ErrorSummary errors={errors} />
      <TextInput label={t('account.passkeyName')} description={t('account.passkeyNameHelp')} value={name} onChange={(event) => setName(event.target.value)} maxLength={60} data-autofocus />
      <div className={css.buttons}>
        <Button type="submit" loading={add.isPending}>{t('account.addPasskey')}</Button>
        <Button variant="subtle" onClick={onClose}>{t('cancel')}</Button>
      </div>
      {stepUp.dialog}
    </form>
  )
}

function PasskeyItem({ passkey }: { passkey: Passkey }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [mode, setMode] = useState<'shown' | 'renaming' | 'removing'>('shown')
  const [name, setName] = useState(passkey.name)
  const refresh = () => queries.invalidateQueries({ queryKey: passkeysQuery.queryKey })
  const rename = useMutation({
    mutationFn: () => take(api.PATCH('/me/passkeys/{id}', { params: { path: { id: passkey.id } }, body: { name: name.trim() || passkey.name } })),
    onSuccess: async () => {
      await refresh()
      setMode('shown')
    },
  })
  const remove = useMutation({
    mutationFn: () => stepUp.run(() => take(api.DELETE('/me/passkeys/{id}', { params: { path: { id: passkey.id } } }))),
    onSuccess: (done) => {
      if (done !== 'cancelled') void refresh()
      setMode('shown')
    },
  })
  if (mode === 'renaming') {
    return (
      <li className={css.item}>
        <form className={`${css.form} grow`} onSubmit={(event) => { event.preventDefault(); rename.mutate() }}>
          {rename.error && <ErrorSummary errors={[{ message: text(rename.error) }]} />}
          <TextInput label={t('account.passkeyName')} value={name} onChange={(event) => setName(event.target.value)} maxLength={60} />
          <div className={css.buttons}>
            <Button type="submit" loading={rename.isPending}>{t('save')}</Button>
            <Button variant="subtle" onClick={() => setMode('shown')}>{t('cancel')}</Button>
          </div>
        </form>
      </li>
    )
  }
  return (
    <li className={css.item}>
      <div className="grow">
        <b>{passkey.name}</b>
        <span className="meta">{passkey.lastUsedAt ? t('account.used', { date: longDate(passkey.lastUsedAt, locale, clock.zone) }) : t('account.added', { date: longDate(passkey.createdAt, locale, clock.zone) })}</span>
      </div>
      <Button variant="subtle" aria-label={`${t('account.rename')}: ${passkey.name}`} onClick={() => setMode('renaming')}>{t('account.rename')}</Button>
      <Button variant="quiet-danger" aria-label={`${t('account.remove')}: ${passkey.name}`} onClick={() => setMode('removing')}>{t('account.remove')}</Button>
      <Modal opened={mode === 'removing'} onClose={() => setMode('shown')} title={t('account.removePasskeyTitle', { name: passkey.name })} closeButtonProps={{ 'aria-label': t('close') }}>
        {remove.error && <ErrorSummary errors={[{ message: text(remove.error) }]} />}
        <p>{t('account.removePasskeyText')}</p>
        <div className={`${css.buttons} ${css.gap}`}>
          <Button variant="danger" loading={remove.isPending} onClick={() => remove.mutate()}>{t('account.remove')}</Button>
          <Button variant="default" onClick={() => setMode('shown')}>{t('cancel')}</Button>
        </div>
      </Modal>
      {stepUp.dialog}
    </li>
  )
}

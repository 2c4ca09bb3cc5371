import { Textarea, TextInput } from '@mantine/core'
import { useState, type FormEvent, type ReactNode } from 'react'
import { ApiError } from '../api/problem'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './apps.module.css'
import type { Says } from './calls'
import { saysOf, type Draft, type Kind } from './says'

interface AppFormProps { kind: Kind; start: Draft; button: string; busy: boolean; error: unknown; below?: ReactNode; onSend: (says: Says) => void }

/** What is said about an app of one kind: only the fields that it has. What the server refuses stands at its field. */
export function AppForm({ kind, start, button, busy, error, below, onSend }: AppFormProps) {
  const { t } = useWords()
  const text = useErrorText()
  const [draft, setDraft] = useState(start)
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }))
  const backend = kind === 'backend'
  // A system may sign people in besides, when it was registered so.
  const signsIn = !backend || start.redirects !== ''
  const keyed = backend || kind === 'asymmetric'
  const fields = error instanceof ApiError ? error.fields.filter(({ location }) => location && document.getElementById(`app-${location}`)) : []
  const errors = fields.length > 0 ? fields.map(({ location, message }) => ({ field: `app-${location}`, message })) : error ? [{ message: text(error) }] : []
  const at = (name: string) => ({ id: `app-${name}`, error: errors.find((one) => 'field' in one && one.field === `app-${name}`)?.message })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSend(saysOf(kind, draft))
  }
  const address = { inputMode: 'url', autoComplete: 'off', spellCheck: false, maxLength: 500 } as const
  const code = { autosize: false, spellCheck: false, autoComplete: 'off', classNames: { input: css.code } } as const
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} />
      <TextInput {...at('name')} label={t('apps.name')} description={backend ? undefined : t('apps.nameHelp')} value={draft.name} onChange={(event) => set({ name: event.target.value })} maxLength={100} autoComplete="off" />
      <TextInput {...at('publisher')} label={t('apps.publisher')} value={draft.publisher} onChange={(event) => set({ publisher: event.target.value })} maxLength={100} autoComplete="off" />
      <TextInput {...at('homepage')} {...address} label={t('apps.homepage')} value={draft.homepage} onChange={(event) => set({ homepage: event.target.value })} />
      {signsIn && (
        <>
          <Textarea {...at('redirects')} {...code} rows={3} label={t('apps.redirects')} description={t('apps.lines')} value={draft.redirects} onChange={(event) => set({ redirects: event.target.value })} />
          <Textarea {...at('postLogout')} {...code} rows={2} label={t('apps.postLogout')} description={t('apps.lines')} value={draft.postLogout} onChange={(event) => set({ postLogout: event.target.value })} />
          <TextInput {...at('logoutUrl')} {...address} label={t('apps.logoutUrl')} description={t('apps.logoutHelp')} value={draft.logoutUrl} onChange={(event) => set({ logoutUrl: event.target.value })} />
          <TextInput {...at('launchUrl')} {...address} label={t('apps.launchUrl')} description={t('apps.launchHelp')} value={draft.launchUrl} onChange={(event) => set({ launchUrl: event.target.value })} />
        </>
      )}
      <Textarea
        {...at('scopes')} {...code} rows={6} label={backend ? t('apps.scopesBackend') : t('apps.scopes')} description={backend ? t('apps.scopesBackendHelp') : t('apps.scopesHelp')}
        value={draft.scopes} onChange={(event) => set({ scopes: event.target.value })}
      />
      {backend && (
        <TextInput {...at('group')} label={t('apps.group')} description={t('apps.groupHelp')} value={draft.group} onChange={(event) => set({ group: event.target.value })} maxLength={64} autoComplete="off" spellCheck={false} />
      )}
      {signsIn && (
        <label className={css.pick}>
          <input type="checkbox" checked={draft.offline} onChange={(event) => set({ offline: event.target.checked })} />
          <span><b>{t('apps.offline')}</b><span className="dim">{t('apps.offlineHelp')}</span></span>
        </label>
      )}
      {kind === 'symmetric' && (
        <fieldset className={css.group}>
          <legend>{t('apps.secretWay')}</legend>
          {(['client_secret_basic', 'client_secret_post'] as const).map((way) => (
            <label key={way} className={css.pick}>
              <input type="radio" name="way" checked={draft.secretWay === way} onChange={() => set({ secretWay: way })} />
              <span>{t(way === 'client_secret_basic' ? 'apps.basic' : 'apps.post')}</span>
            </label>
          ))}
        </fieldset>
      )}
      {keyed && (
        <>
          <TextInput {...at('keysUrl')} {...address} label={t('apps.keysUrl')} description={t('apps.keysUrlHelp')} value={draft.keysUrl} onChange={(event) => set({ keysUrl: event.target.value })} />
          <Textarea {...at('keys')} {...code} rows={6} label={t('apps.keys')} description={t('apps.keysHelp')} value={draft.keys} onChange={(event) => set({ keys: event.target.value })} />
        </>
      )}
      {below}
      <div className={css.buttons}><Button type="submit" loading={busy}>{button}</Button></div>
    </form>
  )
}

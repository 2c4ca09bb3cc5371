import { SegmentedControl, TextInput, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, take } from '../api/client'
import { chartKey, meQuery } from '../api/queries'
import type { Locale } from '../api/types'
import { changeLocale } from '../i18n'
import { useShell } from '../shell/context'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useMe, useSubject } from '../shell/useMe'
import { Button, AnchorButton } from '../ui/Button'
import { Card, Dot } from '../ui/Card'
import { ErrorSummary, Said, useErrorText } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { LinkRow } from '../ui/Row'
import { tongueChoices } from '../ui/tongues'
import { useWords } from '../ui/useWords'
import css from './account.module.css'

/** You: who is signed in, in which language and colours, and the way out. Not the record's owner: the reader. */
export function AccountPage() {
  const { t, locale } = useWords()
  const me = useMe()
  const shell = useShell()
  const { patient } = useSubject()
  const queries = useQueryClient()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [leaving, setLeaving] = useState(false)
  usePageTitle(t('account.page'))
  const staff = patient === ''
  const speak = async (next: Locale) => {
    await changeLocale(next)
    // What the server words itself, it words in the new language.
    void queries.invalidateQueries({ queryKey: chartKey(patient) })
    void take(api.PATCH('/me', { body: { locale: next } })).catch(() => undefined)
  }
  const leave = () => {
    setLeaving(true)
    shell.leave('signedOut')
  }
  return (
    <div className={css.page}>
      <PageHead title={t('account.title')} />
      <div className={css.cards}>
        <NameCard />
        <Card rows label={t('account.security')}>
          {staff ? (
            <>
              <LinkRow to="/clinic/you/notifications" title={t('account.notices')} text={t('account.noticesText')} lead={<Dot><Icon name="bell" /></Dot>} />
              <LinkRow to="/clinic/you/security" title={t('account.security')} text={t('account.securityText')} lead={<Dot><Icon name="lock" /></Dot>} />
              <LinkRow to="/clinic/you/apps" title={t('account.apps')} text={t('account.appsText')} lead={<Dot><Icon name="app" /></Dot>} />
              <LinkRow to="/ask" title={t('account.ask')} text={t('account.askText')} lead={<Dot><Icon name="key" /></Dot>} />
              <LinkRow to="/clinic/you/devices" title={t('account.devices')} text={t('account.devicesText')} lead={<Dot><Icon name="device" /></Dot>} />
            </>
          ) : (
            <>
              {me.people.length > 1 && <LinkRow to="/people" title={t('account.people')} text={t('account.peopleText')} lead={<Dot><Icon name="people" /></Dot>} />}
              <LinkRow to="/p/$patient/sharing" params={{ patient }} title={t('shell.sharing')} text={t('account.sharingText')} lead={<Dot><Icon name="share" /></Dot>} />
              <LinkRow to="/ask" title={t('account.ask')} text={t('account.askText')} lead={<Dot><Icon name="key" /></Dot>} />
              <LinkRow to="/p/$patient/you/notifications" params={{ patient }} title={t('account.notices')} text={t('account.noticesText')} lead={<Dot><Icon name="bell" /></Dot>} />
              <LinkRow to="/p/$patient/you/security" params={{ patient }} title={t('account.security')} text={t('account.securityText')} lead={<Dot><Icon name="lock" /></Dot>} />
              <LinkRow to="/p/$patient/you/apps" params={{ patient }} title={t('account.apps')} text={t('account.appsText')} lead={<Dot><Icon name="app" /></Dot>} />
              <LinkRow to="/p/$patient/you/devices" params={{ patient }} title={t('account.devices')} text={t('account.devicesText')} lead={<Dot><Icon name="device" /></Dot>} />
            </>
          )}
        </Card>
        <Card pad>
          <h2 className={css.cardTitle} id="language">{t('account.language')}</h2>
          <SegmentedControl
            fullWidth aria-labelledby="language" value={locale} onChange={(value) => void speak(value as Locale)} data={tongueChoices}
          />
          <p className={`meta ${css.under}`}>{t('account.languageHelp')}</p>
          <h2 className={`${css.cardTitle} ${css.next}`} id="colours">{t('account.colours')}</h2>
          <SegmentedControl
            fullWidth aria-labelledby="colours" value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}
            data={[{ value: 'auto', label: t('account.auto') }, { value: 'light', label: t('account.light') }, { value: 'dark', label: t('account.dark') }]}
          />
        </Card>
        {me.clinic.phone && (
          <Card pad label={t('account.helpTitle')}>
            <h2 className={css.cardTitle}>{t('account.helpTitle')}</h2>
            <p className="dim">{me.clinic.name}</p>
            <AnchorButton variant="default" icon="phone" href={`tel:${me.clinic.phone.replace(/[^+\d]/g, '')}`} className={css.under}>{t('call', { phone: me.clinic.phone })}</AnchorButton>
          </Card>
        )}
        <Button variant="default" wide icon="leave" loading={leaving} onClick={leave}>{t('account.signOut')}</Button>
        <p className="meta">{t('account.version', { version: me.version })}</p>
      </div>
    </div>
  )
}

function NameCard() {
  const { t } = useWords()
  const me = useMe()
  const queries = useQueryClient()
  const text = useErrorText()
  const [editing, setEditing] = useState(false)
  const [name, setName] = useState(me.account.name)
  const [missing, setMissing] = useState(false)
  const save = useMutation({
    mutationFn: () => take(api.PATCH('/me', { body: { name: name.trim() } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: meQuery.queryKey })
      setEditing(false)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setMissing(!name.trim())
    if (name.trim()) save.mutate()
  }
  if (!editing) {
    return (
      <Card pad>
        <div className={css.me}>
          <Face name={me.account.name} size="l" tone="accent" />
          <div className="grow">
            <b className={css.name}>{me.account.name}</b>
            <span className="meta">{me.account.email || t('account.noEmail')}</span>
          </div>
          <Button variant="subtle" onClick={() => setEditing(true)}>{t('account.edit')}</Button>
        </div>
        {save.isSuccess && <Said>{t('account.saved')}</Said>}
      </Card>
    )
  }
  const errors = missing ? [{ field: 'name', message: t('account.needName') }] : save.error ? [{ field: 'name', message: text(save.error) }] : []
  return (
    <Card pad>
      <form className={css.form} onSubmit={submit} noValidate>
        <ErrorSummary errors={errors} />
        <TextInput id="name" label={t('account.newName')} value={name} onChange={(event) => setName(event.target.value)} error={errors[0]?.message} autoComplete="name" maxLength={100} />
        <div className={css.buttons}>
          <Button type="submit" loading={save.isPending}>{t('save')}</Button>
          <Button variant="subtle" onClick={() => setEditing(false)}>{t('cancel')}</Button>
        </div>
      </form>
    </Card>
  )
}

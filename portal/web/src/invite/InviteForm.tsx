import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import type { Role } from '../api/types'
import { Button } from '../ui/Button'
import { ErrorSummary, Said, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { tongueChoices } from '../ui/tongues'
import { useWords } from '../ui/useWords'
import { Choices } from './Choices'
import { api, invitationsKey, type Handed, type InviteKind } from './calls'
import css from './invite.module.css'
import { LinkShown } from './LinkShown'

const roles: readonly Role[] = ['clinician', 'nurse', 'frontdesk', 'privacy', 'admin']

/** Who is asked to make an account, and how the link gets to them. */
export function InviteForm({ patient, kinds, mail }: { patient?: string; kinds: InviteKind[]; mail: boolean }) {
  const { t, locale } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [kind, setKind] = useState<InviteKind>(kinds[0] ?? 'caregiver')
  const [form, setForm] = useState({ name: '', birthDate: '', email: '', locale: locale as string, way: 'print' })
  const [chosen, setChosen] = useState<Role[]>([])
  const [missing, setMissing] = useState<FieldError[]>([])
  const [link, setLink] = useState<{ link: Handed; name: string } | undefined>()
  const set = (field: keyof typeof form) => (event: { target: { value: string } }) => setForm((before) => ({ ...before, [field]: event.target.value }))
  const make = useMutation({
    mutationFn: () =>
      stepUp.run(() => take(api.POST('/clinic/invitations', {
        body: {
          kind, email: form.email.trim(), mail: form.way === 'mail', locale: form.locale === 'es' ? 'es' : 'en',
          ...(kind !== 'staff' && { patient }), ...(kind !== 'patient' && { name: form.name.trim() }), ...(kind === 'caregiver' && { birthDate: form.birthDate.trim() }), ...(kind === 'staff' && { roles: chosen }),
        },
      }))),
    onSuccess: (made) => {
      if (made === 'cancelled') return
      setLink(made.link && { link: made.link, name: made.invitation.name })
      setForm((before) => ({ ...before, name: '', birthDate: '', email: '' }))
      void queries.invalidateQueries({ queryKey: invitationsKey })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found: FieldError[] = []
    if (kind !== 'patient' && !form.name.trim()) found.push({ field: 'invite-name', message: t('invite.needName') })
    if (kind === 'caregiver' && !/^\d{4}-\d{2}-\d{2}$/.test(form.birthDate.trim())) found.push({ field: 'invite-birth', message: t('invite.needBirth') })
    if (kind === 'staff' && chosen.length === 0) found.push({ field: 'invite-role', message: t('invite.needRole') })
    if (form.way === 'mail' && !/^\S+@\S+$/.test(form.email.trim())) found.push({ field: 'invite-email', message: t('invite.needEmail') })
    setMissing(found)
    if (found.length === 0) make.mutate()
  }
  if (link) return <LinkShown {...link} onDone={() => { setLink(undefined); make.reset() }} />
  const errors = missing.length > 0 ? missing : make.error ? [{ message: text(make.error) }] : []
  const errorOf = (field: string) => errors.find((error) => 'field' in error && error.field === field)?.message
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} />
      {make.isSuccess && make.data !== 'cancelled' && <Said>{t('invite.mailed')}</Said>}
      {kinds.length > 1 && (
        <Choices type="radio" legend={t('invite.who')} options={kinds.map((one) => ({ value: one, label: t(`invite.${one}`) }))} chosen={[kind]} onChange={setKind} />
      )}
      {kind !== 'patient' && <TextInput id="invite-name" label={t('invite.name')} value={form.name} onChange={set('name')} error={errorOf('invite-name')} autoComplete="off" maxLength={200} />}
      {kind === 'caregiver' && <TextInput id="invite-birth" label={t('invite.birth')} description={t('invite.birthHelp')} value={form.birthDate} onChange={set('birthDate')} error={errorOf('invite-birth')} autoComplete="off" inputMode="numeric" maxLength={10} />}
      {kind === 'staff' && (
        <Choices
          type="checkbox" id="invite-role" legend={t('invite.roles')} options={roles.map((role) => ({ value: role, label: t(`invite.role.${role}`) }))} chosen={chosen} error={errorOf('invite-role')}
          onChange={(role) => setChosen((before) => (before.includes(role) ? before.filter((one) => one !== role) : [...before, role]))}
        />
      )}
      <TextInput id="invite-email" type="email" label={form.way === 'mail' ? t('invite.email') : t('invite.optional')} value={form.email} onChange={set('email')} error={errorOf('invite-email')} autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={200} />
      {mail && (
        <Choices type="radio" legend={t('invite.how')} options={[{ value: 'print', label: t('invite.print') }, { value: 'mail', label: t('invite.mail') }]} chosen={[form.way]} onChange={(way) => setForm((before) => ({ ...before, way }))} />
      )}
      <Choices type="radio" legend={t('invite.language')} options={tongueChoices} chosen={[form.locale]} onChange={(value) => setForm((before) => ({ ...before, locale: value }))} />
      <div className={css.buttons}><Button type="submit" loading={make.isPending}>{t('invite.make')}</Button></div>
      {stepUp.dialog}
    </form>
  )
}

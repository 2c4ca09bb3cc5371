import { NativeSelect, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { ApiError } from '../api/problem'
import css from '../signin/signin.module.css'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { guestRelations } from '../visits/guestRelation'

/** A guest opens the visit on this device: a button, and who they are if nobody said so. */
export function GuestStep({ unnamed, onGo, onShut }: { unnamed: boolean; onGo: (name: string, relation: string) => Promise<unknown>; onShut: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const [name, setName] = useState('')
  const [relation, setRelation] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const missing: FieldError[] = []
    if (unnamed && !name.trim()) missing.push({ field: 'guest-name', message: t('joinGuest.needName') })
    if (unnamed && !relation) missing.push({ field: 'guest-relation', message: t('joinGuest.needRelation') })
    setErrors(missing)
    if (missing.length > 0 || busy) return
    setBusy(true)
    try {
      await onGo(name.trim(), relation)
    } catch (error) {
      if (error instanceof ApiError && error.status === 410) onShut()
      setErrors([{ message: text(error) }])
      setBusy(false)
    }
  }
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <ErrorSummary errors={errors} />
      {unnamed && (
        <>
          <TextInput id="guest-name" label={t('joinGuest.name')} description={t('joinGuest.nameHelp')} value={name} onChange={(event) => setName(event.target.value)} error={errorOf('guest-name')} autoComplete="name" maxLength={80} />
          <NativeSelect id="guest-relation" label={t('joinGuest.relation')} value={relation} onChange={(event) => setRelation(event.target.value)} error={errorOf('guest-relation')}>
            <option value="">{t('joinGuest.choose')}</option>
            {guestRelations.map((one) => <option key={one} value={one}>{t(`room.relation.${one}`)}</option>)}
          </NativeSelect>
        </>
      )}
      <p className="dim">{t('joinGuest.once')}</p>
      <Button type="submit" wide loading={busy}>{t('joinGuest.open')}</Button>
    </form>
  )
}

import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { api, setCsrf, take } from '../api/client'
import { ApiError } from '../api/problem'
import { AnchorButton, Button } from '../ui/Button'
import { ErrorSummary, Said, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from '../signin/signin.module.css'
import { birthOf } from './birth'
import { BirthFields } from './BirthFields'
import { forgetLink } from './kept'

/** The invitation goes to the account that somebody is signed in to. */
export function MineStep({ token, onShut }: { token: string; onShut: (dead: boolean) => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const [birth, setBirth] = useState({ month: '', day: '', year: '' })
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const birthDate = birthOf(birth.month, birth.day, birth.year)
    if (birthDate === undefined) {
      setErrors([{ field: 'birth-month', message: t('enter.needBirth') }])
      return
    }
    setBusy(true)
    setErrors([])
    try {
      setCsrf((await take(api.GET('/me', {}))).csrf)
      const answer = await stepUp.run(() => take(api.POST('/me/invitations', { body: { token, birthDate } })))
      if (answer !== 'cancelled') {
        forgetLink()
        setDone(true)
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === 410) onShut(error.code === 'link_dead')
      setErrors([{ field: 'birth-month', message: text(error) }])
    }
    setBusy(false)
  }
  if (done) {
    return (
      <>
        <Said>{t('enter.mineDone')}</Said>
        <AnchorButton wide href="/">{t('enter.goOn')}</AnchorButton>
      </>
    )
  }
  return (
    <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <ErrorSummary errors={errors} />
      <BirthFields value={birth} onChange={setBirth} error={errors[0]?.message} />
      <Button type="submit" wide loading={busy}>{t('enter.goOn')}</Button>
      {stepUp.dialog}
    </form>
  )
}

import { useState, type FormEvent } from 'react'
import { ApiError } from '../api/problem'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from '../signin/signin.module.css'
import { birthOf } from './birth'
import { BirthFields } from './BirthFields'

/** Opening a link uses nothing up: a button begins it, and the date of birth shows that it came to the right person. */
export function BirthStep({ asked, left, go, onBirth, onShut, onWrong }: { asked: boolean; left: number; go?: string; onBirth: (date: string) => Promise<unknown>; onShut: (dead: boolean) => void; onWrong: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const [birth, setBirth] = useState({ month: '', day: '', year: '' })
  const [errors, setErrors] = useState<FieldError[]>([])
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const date = asked ? birthOf(birth.month, birth.day, birth.year) : ''
    if (date === undefined) {
      setErrors([{ field: 'birth-month', message: t('enter.needBirth') }])
      return
    }
    setBusy(true)
    setErrors([])
    try {
      await onBirth(date)
    } catch (error) {
      if (error instanceof ApiError && error.status === 410) onShut(error.code === 'link_dead')
      setErrors([{ field: asked ? 'birth-month' : undefined, message: error instanceof ApiError && error.status === 429 ? t('signIn.tooMany') : text(error) }])
      setBusy(false)
      onWrong()
    }
  }
  return (
    <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
      <ErrorSummary errors={errors} />
      {asked && <BirthFields value={birth} onChange={setBirth} error={errors[0]?.message} left={left < 5 ? left : undefined} />}
      <Button type="submit" wide loading={busy}>{go ?? t(asked ? 'enter.goOn' : 'enter.start')}</Button>
    </form>
  )
}

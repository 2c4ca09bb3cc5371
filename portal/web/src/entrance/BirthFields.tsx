import { TextInput } from '@mantine/core'
import { useWords } from '../ui/useWords'
import css from '../signin/signin.module.css'

export interface Birth { month: string; day: string; year: string }

/** Three fields for numbers: a calendar is a long way to 1952. */
export function BirthFields({ value, onChange, error, left, other }: { value: Birth; onChange: (to: Birth) => void; error?: string; left?: number; other?: { legend: string; help: string } }) {
  const { t, locale } = useWords()
  const field = (name: keyof Birth, complete: string, size: number) => (
    <TextInput key={name} id={`birth-${name}`} label={t(`enter.${name}`)} value={value[name]} onChange={(event) => onChange({ ...value, [name]: event.target.value })} error={Boolean(error)} inputMode="numeric" autoComplete={other ? 'off' : complete} maxLength={size} />
  )
  const month = field('month', 'bday-month', 2)
  const day = field('day', 'bday-day', 2)
  return (
    <fieldset className={css.three}>
      <legend>{other?.legend ?? t('enter.birthTitle')}</legend>
      <p>{other?.help ?? t('enter.birthHelp')}</p>
      {locale === 'es' ? [day, month] : [month, day]}
      {field('year', 'bday-year', 4)}
      {left !== undefined && <p role="status">{t('enter.triesLeft', { count: left })}</p>}
    </fieldset>
  )
}

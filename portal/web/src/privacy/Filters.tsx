import { useId } from 'react'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import type { Filter, Period } from './calls'
import { actions } from './words'
import css from './privacy.module.css'

interface Props { period: Period; onPeriod: (period: Period) => void; filter: Filter; onFilter: (part: Partial<Filter>) => void; names: { who?: string; patient?: string } }

/** Which days, and of these which rows. Whom it is about is picked in the list itself: nobody types an id. */
export function Filters({ period, onPeriod, filter, onFilter, names }: Props) {
  const { t } = useWords()
  const id = useId()
  const day = (part: 'from' | 'until') => (
    <div className={css.field}>
      <label htmlFor={id + part}>{t(`privacy.${part}`)}</label>
      <input id={id + part} type="date" value={period[part]} max={part === 'from' ? period.until : undefined} min={part === 'until' ? period.from : undefined}
        onChange={(event) => event.target.value && onPeriod({ ...period, [part]: event.target.value })} />
    </div>
  )
  const box = (part: 'refused' | 'emergency') => (
    <label className={css.box}>
      <input type="checkbox" checked={filter[part] ?? false} onChange={(event) => onFilter({ [part]: event.target.checked })} />
      {t(`privacy.only.${part}`)}
    </label>
  )
  const picked = (part: 'who' | 'patient') => filter[part] && (
    <button type="button" className={css.picked} onClick={() => onFilter({ [part]: undefined })}>
      {t(`privacy.only.${part}`, { name: names[part] || filter[part] })} <Icon name="cross" size={16} /><span className="sr">{t('privacy.takeOff')}</span>
    </button>
  )
  return (
    <form className={css.filters} aria-label={t('privacy.filter')} onSubmit={(event) => event.preventDefault()}>
      {day('from')}
      {day('until')}
      <div className={css.field}>
        <label htmlFor={`${id}action`}>{t('privacy.column.action')}</label>
        <select id={`${id}action`} value={filter.action ?? ''} onChange={(event) => onFilter({ action: event.target.value || undefined })}>
          <option value="">{t('privacy.all')}</option>
          {actions.map((action) => <option key={action} value={action}>{t(`privacy.action.${action}`)}</option>)}
        </select>
      </div>
      <div className={css.field}>
        <label htmlFor={`${id}app`}>{t('privacy.column.app')}</label>
        <input id={`${id}app`} type="text" maxLength={200} defaultValue={filter.app} onBlur={(event) => onFilter({ app: event.target.value.trim() || undefined })}
          onKeyDown={(event) => event.key === 'Enter' && onFilter({ app: event.currentTarget.value.trim() || undefined })} />
      </div>
      {box('refused')}
      {box('emergency')}
      {picked('who')}
      {picked('patient')}
    </form>
  )
}

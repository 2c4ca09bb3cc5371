import type { Category, GrantPower } from '../api/types'
import { sections } from '../format/entry'
import { capital } from '../format/locale'
import { useWords } from '../ui/useWords'
import css from './choices.module.css'

export const powers: GrantPower[] = ['messages', 'scheduling', 'medicines', 'visits', 'documents', 'share']
export const parts: Category[] = [...sections, 'appointments', 'messages', 'questionnaires', 'coverage']

export interface Choice { sees: Category[]; can: GrantPower[]; sensitive: boolean }

const toggled = <T,>(list: T[], one: T): T[] => (list.includes(one) ? list.filter((other) => other !== one) : [...list, one])

/** What somebody will see and do; only what stands in `of` can be chosen. */
export function WhatToShare({ choice, onChange, of, says }: { choice: Choice; onChange: (next: Choice) => void; of?: Choice; says?: { sees: string; can: string; power: (power: GrantPower) => string } }) {
  const { t } = useWords()
  const maySee = parts.filter((part) => !of || of.sees.includes(part))
  const mayDo = powers.filter((power) => !of || of.can.includes(power))
  return (
    <>
      <fieldset className={css.group} id="sees" tabIndex={-1}>
        <legend>{says?.sees ?? t('offer.sees')}</legend>
        <div className={css.boxes}>
          {maySee.map((part) => (
            <Box key={part} checked={choice.sees.includes(part)} onChange={() => onChange({ ...choice, sees: toggled(choice.sees, part) })}>{capital(t(`inline.${part}`))}</Box>
          ))}
        </div>
        {(!of || of.sensitive) && (
          <Box checked={choice.sensitive} onChange={() => onChange({ ...choice, sensitive: !choice.sensitive })} more={t('offer.sensitiveMore')}>{t('offer.sensitive')}</Box>
        )}
      </fieldset>
      {mayDo.length > 0 && (
        <fieldset className={css.group}>
          <legend>{says?.can ?? t('offer.can')}</legend>
          <div className={css.boxes}>
            {mayDo.map((power) => (
              <Box key={power} checked={choice.can.includes(power)} onChange={() => onChange({ ...choice, can: toggled(choice.can, power) })}>{says ? says.power(power) : t(`can.${power}`)}</Box>
            ))}
          </div>
        </fieldset>
      )}
    </>
  )
}

function Box({ checked, onChange, more, children }: { checked: boolean; onChange: () => void; more?: string; children: string }) {
  return (
    <label className={css.box}>
      <input type="checkbox" checked={checked} onChange={onChange} />
      <span>{children}{more && <span className="meta">{more}</span>}</span>
    </label>
  )
}

import { useState } from 'react'
import { currentLocale } from '../i18n'
import { useWords } from '../ui/useWords'
import { vitalKinds, type NoteBody, type VitalKind, type VitalUnit } from '../visits/types'
import { parseVital, typedVital, unitsOf } from './plan'
import css from './plan.module.css'

type Typed = Partial<Record<VitalKind, string>>
export interface Vitals { typed: Typed; units: Partial<Record<VitalKind, VitalUnit>>; wrong: VitalKind[]; type(kind: VitalKind, text: string): void; choose(kind: VitalKind, unit: VitalUnit): void; reset(): void }

const metric = () => currentLocale() !== 'en'

/** Measurements as they are typed. What cannot be right stays in its field and holds the signature back. */
export function useVitals(body: NoteBody, write: (change: Partial<NoteBody>) => void): Vitals {
  const [typed, setTyped] = useState<Typed>({})
  const [chosen, setChosen] = useState<Partial<Record<VitalKind, VitalUnit>>>({})
  const kept = new Map((body.vitals ?? []).map((one) => [one.kind, one]))
  const unitOf = (kind: VitalKind) => chosen[kind] ?? kept.get(kind)?.unit ?? unitsOf[kind]?.[metric() ? 1 : 0]
  const shown = Object.fromEntries(vitalKinds.map((kind) => [kind, typed[kind] ?? (kept.has(kind) ? typedVital(kept.get(kind)!) : '')])) as Typed
  const put = (kind: VitalKind, unit: VitalUnit | undefined, text: string) => {
    const value = parseVital(kind, unit, text)
    const others = (body.vitals ?? []).filter((one) => one.kind !== kind)
    write({ vitals: value ? [...others, value] : others })
  }
  return {
    typed: shown,
    units: Object.fromEntries(vitalKinds.map((kind) => [kind, unitOf(kind)])),
    wrong: vitalKinds.filter((kind) => parseVital(kind, unitOf(kind), shown[kind] ?? '') === null),
    type(kind, text) {
      setTyped({ ...typed, [kind]: text })
      put(kind, unitOf(kind), text)
    },
    reset() {
      setTyped({})
      setChosen({})
    },
    choose(kind, unit) {
      setChosen({ ...chosen, [kind]: unit })
      put(kind, unit, shown[kind] ?? '')
    },
  }
}

const signs = { pressure: 'mmHg', pulse: '/min', breathing: '/min', saturation: '%', temperature: '', weight: '', height: '' } as const
const unitWords = { C: '°C', F: '°F', kg: 'kg', lb: 'lb', cm: 'cm', in: 'in' } as const

export function VitalFields({ vitals }: { vitals: Vitals }) {
  const { t } = useWords()
  return (
    <section aria-label={t('plan.vitals')} className={css.vitals}>
      {vitalKinds.map((kind) => {
        const units = unitsOf[kind]
        const name = t(`after.vital.${kind}`)
        const wrong = vitals.wrong.includes(kind)
        return (
          <div key={kind} className={css.vital}>
            <label htmlFor={`vital-${kind}`}>{name}</label>
            <div className={css.measure} data-wrong={wrong || undefined}>
              <input id={`vital-${kind}`} inputMode={kind === 'pressure' ? 'text' : 'decimal'} autoComplete="off" maxLength={12} aria-invalid={wrong || undefined} value={vitals.typed[kind] ?? ''} onChange={(event) => vitals.type(kind, event.target.value)} />
              {units ? (
                <select aria-label={t('plan.unitOf', { name })} value={vitals.units[kind]} onChange={(event) => vitals.choose(kind, event.target.value as VitalUnit)}>
                  {units.map((unit) => <option key={unit} value={unit}>{unitWords[unit]}</option>)}
                </select>
              ) : <span aria-hidden="true">{signs[kind]}</span>}
            </div>
          </div>
        )
      })}
    </section>
  )
}

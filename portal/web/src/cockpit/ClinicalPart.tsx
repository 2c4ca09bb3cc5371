import { shortDate } from '../format/date'
import { Tag } from '../ui/Card'
import { useWords } from '../ui/useWords'
import type { ClinicalPart as Part, NoteBody, VisitNote } from '../visits/types'
import type { FillPhrase } from './calls'
import { NoteField } from './NoteField'
import css from './note.module.css'
import { copiesIn } from './plan'

interface PartProps { part: Part; note: VisitNote; body: NoteBody; fill: FillPhrase; write(change: Partial<NoteBody>): void }

/** A clinical part: with what is offered from the chart, and from the last note under the name of who wrote it. */
export function ClinicalPart({ part, note, body, fill, write }: PartProps) {
  const { t, locale, clock } = useWords()
  const { facts } = note.prefill
  const { earlier } = note
  const copies = copiesIn(body, part)
  const before = earlier?.body[part].trim()
  const date = (at: string) => shortDate(at, locale, clock.zone)
  const filled = facts.length > 0 && body.objective.includes(facts[0]!)
  const name = t(`cockpit.${part}`)
  const copy = () => write({
    [part]: [body[part].trim(), before].filter(Boolean).join('\n'),
    copied: [...(body.copied ?? []), { part, text: before!, visit: earlier!.visit, by: earlier!.signedBy, at: earlier!.signedAt }],
  })
  return (
    <NoteField
      id={`note-${part}`} label={name} value={body[part]} fill={fill} onChange={(text) => write({ [part]: text })}
      end={
        <>
          {copies.map((one) => <Tag key={`${one.visit}${one.text}`}>{t('plan.copied', { date: date(one.at ?? earlier?.signedAt ?? ''), name: one.by ?? '' })}</Tag>)}
          {before && copies.length === 0 && <button type="button" className={css.fill} onClick={copy}><span aria-hidden="true">{t('plan.copy', { date: date(earlier!.signedAt) })}</span><span className="sr">{t('plan.copyOf', { date: date(earlier!.signedAt), part: name })}</span></button>}
          {part === 'objective' && facts.length > 0 && (filled ? <Tag>{t('cockpit.filled')}</Tag>
            : <button type="button" className={css.fill} onClick={() => write({ objective: [body.objective.trim(), ...facts].filter(Boolean).join('\n') })}>{t('cockpit.fill')}</button>)}
        </>
      }
    />
  )
}

import { useRef, useState } from 'react'
import { useStepUp } from '../account/StepUp'
import { moment } from '../format/date'
import { splitRef } from '../format/entry'
import { Button, LinkButton } from '../ui/Button'
import { Said, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useClinic, useWords } from '../ui/useWords'
import type { Visit, VisitNote } from '../visits/types'
import { NextUp } from './NextUp'
import css from './note.module.css'
import { PlanShown } from './PlanShown'
import { TranslatePart } from './TranslatePart'
import type { OpenNote } from './useNote'

const clinical = ['subjective', 'objective', 'assessment', 'plan'] as const

/** A signed note stands as it is; what is found out later is added under it, signed again. */
export function SignedNote({ note, open, visit, fresh }: { note: VisitNote; open: OpenNote; visit: Visit; fresh: boolean }) {
  const { t, locale, dayInside, clock } = useWords()
  const emergency = useClinic()?.emergency ?? ''
  const { body } = note
  const shown: [string, string][] = [
    ...clinical.map((part): [string, string] => [t(`cockpit.${part}`), body[part]]),
    [t('cockpit.summary'), body.summary], [t('cockpit.instructions'), body.instructions.join('\n')], [t('cockpit.callIf', { phone: emergency }), body.callIf], [t('cockpit.followUp'), body.followUp],
  ]
  return (
    <div className={css.note}>
      <div className={css.body}>
        <div className={css.head}><h2>{t('cockpit.noteTitle')}</h2></div>
        {fresh && <><Said>{t('cockpit.sent', { name: visit.patientName })}</Said><NextUp visit={visit.id} /></>}
        <TranslatePart visit={visit} />
        <p className={css.frozen}><Icon name="lock" size={16} /> {note.signedBy && t('cockpit.signed', { name: note.signedBy, when: moment(note.signedAt, locale, dayInside, clock) })}. {t('cockpit.frozen')}</p>
        {shown.filter(([, text]) => text.trim() !== '').map(([label, text]) => <section key={label} className={css.field}><h3>{label}</h3><p>{text}</p></section>)}
        <PlanShown plan={body} />
        {note.chat && <LinkButton variant="default" icon="chat" to="/clinic/p/$patient/entries/$type/$id" params={{ patient: visit.patient, ...splitRef(note.chat) }}>{t('chat.record')}</LinkButton>}
        {note.addenda.map((addendum) => (
          <section key={`${addendum.at}-${addendum.text}`} className={css.addendum}>
            <h3>{t('cockpit.addendum')}</h3>
            <p>{addendum.text}</p>
            <p className="meta">{t('cockpit.signed', { name: addendum.by, when: moment(addendum.at, locale, dayInside, clock) })}</p>
          </section>
        ))}
      </div>
      <AddAddendum open={open} />
    </div>
  )
}

const longest = 10_000

function AddAddendum({ open }: { open: OpenNote }) {
  const { t } = useWords()
  const said = useErrorText()
  const { run, dialog } = useStepUp()
  const [text, setText] = useState<string>()
  const [state, setState] = useState<'idle' | 'busy' | 'done'>('idle')
  const [problem, setProblem] = useState('')
  const id = useRef(crypto.randomUUID())
  const sign = async () => {
    if (!text?.trim()) return
    setState('busy')
    setProblem('')
    try {
      const done = await run(() => open.addend(id.current, text.trim()))
      setState(done === 'cancelled' ? 'idle' : 'done')
      if (done !== 'cancelled') {
        setText(undefined)
        id.current = crypto.randomUUID()
      }
    } catch (error) {
      setProblem(said(error))
      setState('idle')
    }
  }
  return (
    <div className={css.sign}>
      {state === 'done' && <Said>{t('cockpit.added')}</Said>}
      {text === undefined ? (
        <Button variant="default" icon="plus" onClick={() => { setText(''); setState('idle') }}>{t('cockpit.addAddendum')}</Button>
      ) : (
        <>
          <div className={css.field}>
            <label htmlFor="addendum">{t('cockpit.addendumField')}</label>
            <textarea id="addendum" rows={3} autoFocus value={text} maxLength={longest} onChange={(event) => setText(event.target.value)} />
          </div>
          {problem && <p className={css.problem} role="alert">{problem}</p>}
          <div className={css.row}>
            <Button icon="pen" loading={state === 'busy'} onClick={() => void sign()}>{t('cockpit.addendumSign')}</Button>
            <Button variant="subtle" onClick={() => setText(undefined)}>{t('cancel')}</Button>
          </div>
        </>
      )}
      {dialog}
    </div>
  )
}

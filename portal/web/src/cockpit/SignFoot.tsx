import { useNavigate } from '@tanstack/react-router'
import { useState, type RefObject } from 'react'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { nextText } from '../visits/planWords'
import type { LeftOut, NoteBody, Visit, VitalKind } from '../visits/types'
import { ChatFiles } from './ChatFiles'
import { missing } from './draft'
import css from './note.module.css'
import { countOf, hasGap } from './plan'
import planCss from './plan.module.css'
import type { Room } from './useRoom'

export type Lack = { kind: 'part'; part: ReturnType<typeof missing>[number] } | { kind: 'vital'; vital: VitalKind } | { kind: 'gap'; part: string }
const needed = { assessment: 'cockpit.needAssessment', plan: 'cockpit.needPlan', summary: 'cockpit.needSummary' } as const
const texts = ['subjective', 'objective', 'assessment', 'plan', 'summary', 'callIf', 'followUp'] as const

/** What holds the signature back: parts that are empty, gaps of a phrase, measurements that cannot be right. */
export function lacking(body: NoteBody, wrong: VitalKind[]): Lack[] {
  const gaps = hasGap(body) ? [texts.find((part) => body[part].includes('___')) ?? 'instructions'] : []
  return [
    ...missing(body).map((part) => ({ kind: 'part' as const, part })), ...gaps.map((part) => ({ kind: 'gap' as const, part })), ...wrong.map((vital) => ({ kind: 'vital' as const, vital })),
  ]
}

interface FootProps { visit: Visit; room: Room; body: NoteBody; lacks: Lack[]; lacksBox: RefObject<HTMLDivElement | null>; problem: string; busy: boolean; left: LeftOut; onLeave(left: LeftOut): void; onSign(): void; flush(): Promise<unknown> }

/** What is ready above the one button that signs, orders, sends and closes; or close now and sign later. */
export function SignFoot({ visit, room, body, lacks, lacksBox, problem, busy, left, onLeave, onSign, flush }: FootProps) {
  const { t } = useWords()
  const said = useErrorText()
  const navigate = useNavigate()
  const [closing, setClosing] = useState(false)
  const [refused, setRefused] = useState('')
  const name = visit.patientName
  const together = Boolean(visit.appointment.group)
  const live = visit.state === 'live' && !together
  const over = visit.state === 'ended' || live || visit.appointment.mode === 'clinic'
  const close = async () => {
    setClosing(true)
    setRefused('')
    try {
      await flush()
      if (live) await room.end()
      await navigate({ to: '/clinic/today' })
    } catch (error) {
      setRefused(said(error))
      setClosing(false)
    }
  }
  const at = (lack: Lack) => (lack.kind === 'vital' ? `vital-${lack.vital}` : `note-${lack.part}`)
  const says = (lack: Lack) => (lack.kind === 'part' ? t(needed[lack.part], { name }) : lack.kind === 'gap' ? t('plan.gap') : t('plan.wrong', { name: t(`after.vital.${lack.vital}`) }))
  const counts = Object.entries(countOf(body)).filter(([, count]) => count > 0) as [keyof ReturnType<typeof countOf>, number][]
  return (
    <div className={css.sign}>
      {lacks.length > 0 && (
        <div className={css.needs} ref={lacksBox} tabIndex={-1} role="alert">
          <p className="strong">{t('cockpit.needs')}</p>
          <ul>{lacks.map((lack) => <li key={at(lack) + lack.kind}><a href={`#${at(lack)}`} onClick={(event) => { event.preventDefault(); document.getElementById(at(lack))?.focus() }}>{says(lack)}</a></li>)}</ul>
        </div>
      )}
      {(problem || refused) && <p className={css.problem} role="alert">{problem || refused}</p>}
      {(counts.length > 0 || body.next) && (
        <ul className={planCss.ready} aria-label={t('plan.readyTitle')}>
          {counts.map(([what, count]) => <li key={what}><Icon name="done" size={16} />{t(`plan.ready.${what}`, { count })}</li>)}
          {body.next && <li><Icon name="calendar" size={16} />{nextText(body.next, t)}</li>}
        </ul>
      )}
      {!together && <ChatFiles visit={visit} left={left} onLeave={onLeave} />}
      {together && visit.state === 'live' && <p className="meta">{t('cockpit.groupFirst')}</p>}
      <Button wide icon="pen" variant={over ? 'filled' : 'default'} loading={busy} onClick={onSign}>{t(live ? 'plan.endAndSign' : 'cockpit.sign', { name })} <kbd aria-hidden="true">Ctrl ↵</kbd></Button>
      <div className={css.later}>
        <p className="meta">{t('cockpit.signHelp')}</p>
        {!together && <Button variant="subtle" loading={closing} onClick={() => void close()}>{t(live ? 'plan.endLater' : 'plan.later')}</Button>}
      </div>
    </div>
  )
}

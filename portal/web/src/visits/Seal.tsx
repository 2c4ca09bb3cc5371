import { useState, type ReactNode } from 'react'
import type { CallView } from '../rtc/call'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './seal.module.css'
import type { VisitAct } from './source'
import type { Visit } from './types'
import page from './visit.module.css'

/** What it is good for, and what it is not: the same words wherever it is offered. */
function Honest() {
  const { t } = useWords()
  return <details><summary>{t('seal.more')}</summary><p>{t('seal.protects')}</p><p>{t('seal.protectsNot')}</p></details>
}

/** Before a visit: whether sound and picture are sealed, and a way to ask for it. */
export function SealAsk({ visit, act }: { visit: Visit; act: VisitAct }) {
  const { t } = useWords()
  const said = useErrorText()
  const on = visit.sealing?.on ?? false
  const mayChange = visit.me.host || (visit.state !== 'live' && (!on || visit.sealing?.mine))
  if (visit.appointment.group || (!on && !mayChange)) return null
  const asks = act.variables?.do === 'seal'
  const cannot = on && visit.me.host ? visit.people.filter(({ seat }) => visit.sealing?.cannot.includes(seat)) : []
  return (
    <section className={css.card} aria-label={t('seal.title')}>
      <h2><Icon name="key" size={20} />{on ? t('seal.on') : t('seal.title')}</h2>
      <p>{on && !visit.sealing?.mine ? `${t('seal.by', { name: visit.sealing!.by })} ` : ''}{t('seal.what')}</p>
      {cannot.map(({ seat, me, name }) => <p key={seat} className={css.warn} role="status">{me ? t('seal.youCannot') : t('seal.theyCannot', { name })}</p>)}
      {asks && act.error && <p className={css.warn} role="alert">{said(act.error)}</p>}
      {mayChange && <Button variant="default" loading={asks && act.isPending} onClick={() => act.mutate({ do: 'seal', on: !on })}>{!on ? t('seal.ask') : visit.me.host ? t('seal.hostOff') : t('seal.takeBack')}</Button>}
      <Honest />
    </section>
  )
}

/** The code of a call, to be read aloud; a new one is to be read again. */
function useCode(seal: CallView['seal']) {
  const [checked, setChecked] = useState<string>()
  const code = seal?.code
  return { code, checked: code !== undefined && checked === code, changed: checked !== undefined && checked !== code, check: () => setChecked(code) }
}

function CodeCard({ seal, code, checked, changed, check, children }: { seal: NonNullable<CallView['seal']>; children?: ReactNode } & ReturnType<typeof useCode>) {
  const { t } = useWords()
  return (
    <section className={css.card} aria-label={t('seal.title')}>
      <h2><Icon name="key" size={20} />{t('seal.on')}</h2>
      {seal.missing > 0 && <p className={css.warn} role="status">{t('seal.missing')}</p>}
      {changed && <p className={css.warn} role="status">{t('seal.changed')}</p>}
      {code ? (
        <>
          <p>{t('seal.checkText')} {t('seal.differ')}</p>
          <p className={css.code} role="group" aria-label={t('seal.code')}>{code}</p>
          <p className="meta">{t('seal.devices', { count: seal.devices })}</p>
          {checked ? <p role="status">{t('seal.checked')}</p> : <Button variant="default" onClick={check}>{t('seal.same')}</Button>}
        </>
      ) : <p role="status">{seal.devices > 1 || seal.missing > 0 ? t('seal.wait') : t('seal.alone')}</p>}
      {children}
      <Honest />
    </section>
  )
}

/** In the cockpit there is room for it, and who holds the visit can turn it off. */
export function SealCode({ visit, seal, act }: { visit: Visit; seal: NonNullable<CallView['seal']>; act: VisitAct }) {
  const { t } = useWords()
  const code = useCode(seal)
  const cannot = visit.people.filter(({ me, seat }) => !me && visit.sealing?.cannot.includes(seat))
  return (
    <CodeCard seal={seal} {...code}>
      {cannot.map(({ seat, name }) => <p key={seat} className={css.warn} role="status">{t('seal.theyCannot', { name })}</p>)}
      <Button variant="subtle" loading={act.variables?.do === 'seal' && act.isPending} onClick={() => act.mutate({ do: 'seal', on: false })}>{t('seal.hostOff')}</Button>
    </CodeCard>
  )
}

/** Over the picture it opens by a press. */
export function SealOver({ seal }: { seal: CallView['seal'] }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const code = useCode(seal)
  if (!seal) return null
  const label = code.changed ? t('seal.check') : code.checked ? t('seal.on') : t('seal.check')
  return (
    <div className={css.over} data-seal>
      <button type="button" className={css.open} data-new={(!code.checked && code.code !== undefined) || undefined} aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="key" size={20} />{label}</button>
      {open && <CodeCard seal={seal} {...code} />}
    </div>
  )
}

/** In place of the call, where this browser cannot take part in it. */
export function CannotSeal() {
  const { t } = useWords()
  return <div role="alert"><h1>{t('seal.cannot')}</h1><p className={page.lead}>{t('seal.cannotText')}</p></div>
}

/** Nobody goes on without it who did not say so. */
export function SealDropped({ visit, onGo, onLeave }: { visit: Visit; onGo(): void; onLeave(): void }) {
  const { t } = useWords()
  return (
    <div role="alert">
      <h1>{t('seal.dropped')}</h1>
      <p className={page.lead}>{t('seal.droppedText', { name: visit.sealing?.by ?? '' })}</p>
      <div className={page.endButtons}><Button wide onClick={onGo}>{t('seal.goOn')}</Button><Button wide variant="default" onClick={onLeave}>{t('visit.leave')}</Button></div>
    </div>
  )
}

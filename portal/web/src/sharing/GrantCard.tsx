import { Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '../api/client'
import { chartKey } from '../api/queries'
import type { Grant, GrantPower } from '../api/types'
import { useStepUp } from '../account/StepUp'
import { longDate, moment } from '../format/date'
import { sections } from '../format/entry'
import { listOf } from '../format/locale'
import { relationOf } from '../shell/relation'
import { Button } from '../ui/Button'
import { Tag } from '../ui/Card'
import { Face } from '../ui/Face'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { lastDayOf } from './calls'
import { Deeds } from './Deeds'
import { NarrowDialog } from './NarrowDialog'
import css from './sharing.module.css'

const powers: GrantPower[] = ['messages', 'scheduling', 'medicines', 'visits', 'documents', 'share']
const daysNear = 30

/** One person who helps: what they can, what they cannot, until when, and the way to stop it. */
export function GrantCard({ patient, grant, own, helps, onStopped, onNarrowed }: { patient: string; grant: Pick<Grant, 'id' | 'name' | 'relation' | 'until' | 'state' | 'sees' | 'can' | 'hides'> & Partial<Grant>; own: boolean; /** The helper reads it themselves: whom they help. */ helps?: string; onStopped?: () => void; onNarrowed?: () => void }) {
  const { t, locale, dayInside, clock } = useWords()
  const [asking, setAsking] = useState(false)
  const [less, setLess] = useState(false)
  const seesAll = sections.every((section) => grant.sees.includes(section))
  const seen = listOf(sections.filter((section) => grant.sees.includes(section)).map((section) => t(`inline.${section}`)), locale)
  const left = grant.until ? Math.ceil((Date.parse(grant.until) - clock.now.getTime()) / 86_400_000) : undefined
  const active = grant.state === 'active'
  return (
    <section className={css.grant} aria-label={grant.name}>
      <div className={css.grantHead}>
        <Face name={grant.name} size="l" acting={active} />
        <div className="grow">
          <h3>{grant.name}</h3>
          <p className="meta">
            {helps ? t('sharing.youWho') : t(`helper.${relationOf(grant.relation)}`)}. {grant.until ? t('sharing.untilDate', { date: longDate(lastDayOf(grant.until), locale, clock.zone) }) : t('sharing.noEnd')}
          </p>
          {grant.invitedAs && <p className="meta">{t('offer.invitedAs', { name: grant.invitedAs })}</p>}
        </div>
      </div>
      {!active && <Tag tone="outline">{t(`sharing.state.${grant.state}`)}</Tag>}
      {active && left !== undefined && left <= daysNear && left >= 0 && <Tag tone="look" icon={<Icon name="clock" size={16} />}>{t('sharing.endsSoon', { count: left })}</Tag>}
      <div className={css.lists}>
      <ul className={css.can}>
        <Can yes>{seesAll ? t(grant.hides?.includes('sensitive') ? 'sharing.seesMost' : 'sharing.seesAll') : t('sharing.seesThese', { list: seen })}</Can>
        {powers.filter((power) => grant.can.includes(power)).map((power) => <Can key={power} yes>{helps ? t(`canFor.${power}`, { name: helps }) : t(`can.${power}`)}</Can>)}
      </ul>
      <ul className={css.can}>
        {grant.hides?.includes('sensitive') && <Can>{t('sharing.hidesSensitive')}</Can>}
        {powers.filter((power) => !grant.can.includes(power)).map((power) => <Can key={power}>{helps && power === 'share' ? t('cannotFor.share') : t(`cannot.${power}`)}</Can>)}
      </ul>
      </div>
      {own && <div className={css.grantFoot}>
        <span className="meta grow">{grant.lastSeenAt ? t('sharing.last', { when: moment(grant.lastSeenAt, locale, dayInside, clock) }) : t('sharing.never')}</span>
        {active && !grant.visit && <Button variant="subtle" onClick={() => setLess(true)}>{t('offer.less')}</Button>}
        {active && <Button variant="quiet-danger" onClick={() => setAsking(true)}>{t('sharing.stop')}</Button>}
      </div>}
      {own && <Deeds patient={patient} grant={grant} />}
      {own && active && <NarrowDialog patient={patient} grant={grant} opened={less} onClose={() => setLess(false)} onNarrowed={onNarrowed} />}
      {own && active && <StopDialog patient={patient} grant={grant} opened={asking} onClose={() => setAsking(false)} onStopped={onStopped} />}
    </section>
  )
}

function Can({ yes = false, children }: { yes?: boolean; children: string }) {
  return <li data-no={!yes || undefined}><Icon name={yes ? 'check' : 'cross'} size={18} />{children}</li>
}

/** Stays mounted while closed: a dialog that goes away with its parent cannot give the focus back. */
function StopDialog({ patient, grant, opened, onClose, onStopped }: { patient: string; grant: Pick<Grant, 'id' | 'name'>; opened: boolean; onClose: () => void; onStopped?: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const stop = useMutation({
    mutationFn: () => stepUp.run(() => take(api.DELETE('/charts/{patient}/grants/{id}', { params: { path: { patient, id: grant.id } } }))),
    onSuccess: (done) => {
      if (done === 'cancelled') return
      onStopped?.()
      onClose()
      void queries.invalidateQueries({ queryKey: chartKey(patient) })
    },
  })
  const close = () => {
    stop.reset()
    onClose()
  }
  return (
    <Modal opened={opened} onClose={close} title={t('sharing.stopTitle', { name: grant.name })} closeButtonProps={{ 'aria-label': t('close') }}>
      {stop.error && <ErrorSummary errors={[{ message: text(stop.error) }]} />}
      <p>{t('sharing.stopText', { name: grant.name })}</p>
      <div className={css.dialogButtons}>
        <Button variant="danger" loading={stop.isPending} onClick={() => stop.mutate()}>{t('sharing.stopGo')}</Button>
        <Button variant="default" onClick={close}>{t('sharing.keep')}</Button>
      </div>
      {stepUp.dialog}
    </Modal>
  )
}

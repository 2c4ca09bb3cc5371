import { doorOpen, useWhenWords } from '../booking/words'
import { SignInFrame } from '../signin/SignInFrame'
import { Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { Face } from '../ui/Face'
import { useWords } from '../ui/useWords'
import { QuestionsCard } from '../visits/QuestionsCard'
import type { Visit } from '../visits/types'
import css from './join.module.css'

/** When it is, and with whom. Nothing is asked of the camera before somebody presses the button. */
export function JoinIntro({ visit, phone, onGo, onQuestions }: { visit: Visit; phone?: string; onGo: () => void; onQuestions: () => void }) {
  const { t } = useWords()
  const { dayTitle, dayInText, time, atClinic } = useWhenWords()
  const { appointment } = visit
  const { practitioner, start, joinFrom } = appointment
  const guest = visit.me.role !== 'patient'
  const open = doorOpen(appointment, new Date(visit.now))
  const clinicTime = atClinic(start)
  return (
    <SignInFrame title={guest ? t('joinGuest.hello') : t('join.hello', { name: visit.patientName })} lead={t(guest ? 'joinGuest.text' : 'join.yours')} phone={phone}>
      <Card pad>
        <p className={css.when}>{t('join.when', { day: dayTitle(start), time: time(start) })}</p>
        {clinicTime && <p className="meta">{t('appointment.clinicTime', { time: clinicTime })}</p>}
        <div className={css.person}>
          <Face name={practitioner.name} />
          <div>
            <b>{practitioner.name}</b>
            {practitioner.role && <p className="meta">{practitioner.role}</p>}
          </div>
        </div>
        <div role="status">{(visit.behindMinutes ?? 0) > 0 && <p className={css.from}>{t('queue.lateVisit', { count: visit.behindMinutes })}</p>}</div>
        {!open && joinFrom && <p className={css.from}>{t('join.from', { day: dayInText(joinFrom), time: time(joinFrom) })}</p>}
      </Card>
      <Button wide onClick={onGo}>{t(open ? 'join.go' : 'join.try')}</Button>
      {!guest && <QuestionsCard onOpen={onQuestions} />}
      <p className="dim">{t(guest ? 'joinGuest.once' : 'join.notYou')}</p>
    </SignInFrame>
  )
}

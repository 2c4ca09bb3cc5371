import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { useWhenWords } from '../booking/words'
import { ring } from '../rtc/sound'
import { useWords } from '../ui/useWords'
import { CallStep } from './CallStep'
import { CheckStep } from './CheckStep'
import { ConsentStep } from './ConsentStep'
import type { EndProps } from './EndStep'
import { PlaceStep } from './PlaceStep'
import { Questions } from './Questions'
import { askedOf, useActOf, useSource, useVisit } from './source'
import { useAwake } from './stay'
import { stepOf, type Here } from './step'
import { useMedia } from './useCall'
import { WaitStep } from './WaitStep'

/** The way into a visit, step by step; what is shown outside of it is the page's. */
export function Steps({ end: End }: { end: (props: EndProps) => ReactNode }) {
  const { t } = useWords()
  const { dayTitle, time } = useWhenWords()
  const visit = useVisit()
  const act = useActOf(useSource())
  const [here, setHere] = useState<Here>({ checked: false, left: false })
  const step = stepOf(visit, here)
  // Who came back into the room by a reload is in it: a server that starts again counts them out for a moment.
  useEffect(() => {
    if (step === 'visit' || step === 'wait') setHere((now) => (now.checked ? now : { ...now, checked: true }))
  }, [step])
  const needsMedia = step === 'check' || step === 'consent' || step === 'place' || step === 'wait' || step === 'early' || step === 'visit'
  const { media, view } = useMedia(needsMedia)
  useAwake(step === 'wait' || step === 'visit')

  // Somebody who put the phone down is called back.
  const [before, setBefore] = useState(step)
  const [letIn, setLetIn] = useState(false)
  const asked = useQuery({ ...askedOf(useSource()), enabled: needsMedia && visit.me.places === true }).data
  const [answering, setAnswering] = useState(false)
  useEffect(() => {
    if (before === 'wait' && step === 'visit') {
      ring()
      setLetIn(true)
    } else if (step === 'wait') setLetIn(false)
    setBefore(step)
  }, [before, step])

  // The door opened, or everything that was asked before it is done: in, without another press.
  const { mutate, isPending, error } = act
  const enter = step === 'wait' && visit.me.state === 'none' && !isPending && !error
  useEffect(() => {
    if (enter) mutate({ do: 'wait' })
  }, [enter, mutate])

  const over = t('visit.with', { name: visit.appointment.practitioner.name, day: dayTitle(visit.appointment.start), time: time(visit.appointment.start) })
  // Said in a place that stays while the steps change, so that it is read out.
  const said = <p className="sr" aria-live="assertive">{letIn ? t('queue.letIn') : ''}</p>
  if (answering && asked?.form && asked.may && (step === 'wait' || step === 'early')) {
    return <Questions asked={asked} form={asked.form} forName={visit.me.role === 'proxy' ? visit.patientName : undefined} onDone={() => setAnswering(false)} />
  }
  return <>{said}{stepPage()}</>

  function stepPage() {
    switch (step) {
      case 'check':
        return (
          <CheckStep
            over={over} media={media} view={view} last={Boolean(visit.me.consentAt)} busy={isPending}
            onDone={(body) => act.mutate({ do: 'check', body }, { onSettled: () => setHere((now) => ({ ...now, checked: true })) })}
          />
        )
      case 'consent':
        return <ConsentStep over={over} visit={visit} act={act} />
      case 'place':
        return <PlaceStep over={over} visit={visit} act={act} />
      case 'early':
      case 'wait':
        return <WaitStep visit={visit} media={media} view={view} act={act} early={step === 'early'} onQuestions={() => setAnswering(true)} />
      case 'visit':
        return <CallStep visit={visit} media={media} view={view} onLeave={() => setHere({ checked: true, left: true })} />
      default:
        return <End step={step} visit={visit} onBack={() => setHere({ checked: true, left: false })} />
    }
  }
}

import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { useWhenWords } from '../booking/words'
import { useWords } from '../ui/useWords'
import { CallStep } from './CallStep'
import { CheckStep } from './CheckStep'
import { ConsentStep } from './ConsentStep'
import type { EndProps } from './EndStep'
import { PlaceStep } from './PlaceStep'
import { Questions } from './Questions'
import { askedOf, useActOf, useSource } from './source'
import { isInside, type Step } from './step'
import type { Visit } from './types'
import type { OwnPart } from './useOwnPart'
import { WaitStep } from './WaitStep'

/** The way into a visit, step by step; what is shown outside of it is the page's. */
export function Steps({ part, end: End }: { part: OwnPart; end: (props: EndProps) => ReactNode }) {
  const { t } = useWords()
  const { dayTitle, time } = useWhenWords()
  const act = useActOf(useSource())
  const { visit, step, media, view } = part
  const asked = useQuery({ ...askedOf(useSource()), enabled: isInside(step) && visit?.me.places === true }).data
  const [answering, setAnswering] = useState(false)

  // The door opened, or everything that was asked before it is done: in, without another press.
  const { mutate, isPending, error } = act
  const [leaves, setLeaves] = useState(false)
  const enter = step === 'wait' && visit?.me.state === 'none' && !isPending && !error && !leaves
  useEffect(() => {
    if (enter) mutate({ do: 'wait' })
  }, [enter, mutate])

  if (!visit || !step) return null
  const over = t('visit.with', { name: visit.appointment.practitioner.name, day: dayTitle(visit.appointment.start), time: time(visit.appointment.start) })
  // Said in a place that stays while the steps change, so that it is read out.
  const said = <p className="sr" aria-live="assertive">{part.letIn ? t('queue.letIn') : ''}</p>
  if (answering && asked?.form && asked.may && (step === 'wait' || step === 'early')) {
    return <Questions asked={asked} form={asked.form} forName={visit.me.role === 'proxy' ? visit.patientName : undefined} onDone={() => setAnswering(false)} />
  }
  return <>{said}{stepPage(visit, step)}</>

  function stepPage(visit: Visit, step: Step) {
    switch (step) {
      case 'check':
        return (
          <CheckStep
            over={over} media={media} view={view} last={Boolean(visit.me.consentAt)} busy={isPending}
            onDone={(body) => act.mutate({ do: 'check', body }, { onSettled: part.checked })}
          />
        )
      case 'consent':
        return <ConsentStep over={over} visit={visit} act={act} />
      case 'place':
        return <PlaceStep over={over} visit={visit} act={act} />
      case 'early':
      case 'wait':
        return <WaitStep visit={visit} media={media} view={view} act={act} early={step === 'early'} onQuestions={() => setAnswering(true)} onLeave={() => setLeaves(true)} />
      case 'visit':
        return <CallStep visit={visit} part={part} />
      default:
        return <End step={step} visit={visit} onBack={part.goBack} />
    }
  }
}

import { useQuery } from '@tanstack/react-query'
import { Questions } from '../visits/Questions'
import { askedOf, useSource } from '../visits/source'
import css from '../visits/visit.module.css'

/** The questions before a visit, for who came by its link. */
export function JoinQuestions({ onDone }: { onDone: () => void }) {
  const asked = useQuery({ ...askedOf(useSource()), refetchOnWindowFocus: false }).data
  return asked?.form ? <div className={css.plain}><Questions asked={asked} form={asked.form} onDone={onDone} /></div> : null
}

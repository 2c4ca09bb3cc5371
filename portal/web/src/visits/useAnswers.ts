import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { Answers, Asked, FormItem, VisitForm } from './beforeTypes'
import { askedOf, type VisitSource } from './source'

const restMs = 1_000

/** Whether a question is put to who answered so: as the server decides it. */
export function isAsked(form: VisitForm, item: FormItem, answers: Answers): boolean {
  if (!item.when) return true
  const of = form.items.find(({ id }) => id === item.when?.item)
  return of !== undefined && isAsked(form, of, answers) && (answers[of.id] ?? []).includes(item.when.code)
}

/** What has to be answered and is not. */
export const missing = (form: VisitForm, answers: Answers): string[] =>
  form.items.filter((item) => item.need && isAsked(form, item, answers) && !(answers[item.id] ?? []).some((word) => word.trim())).map(({ id }) => id)

/** Answers while they are given: kept after a rest of a second, sent with a button. What was sent before is changed by sending again only. */
export function useAnswers(source: VisitSource, asked: Asked, form: VisitForm) {
  const queries = useQueryClient()
  const [answers, setAnswers] = useState<Answers>(asked.answers ?? {})
  const { mutate, mutateAsync, isPending, error, isSuccess } = useMutation({
    mutationFn: ({ finish, given }: { finish: boolean; given: Answers }) => source.answer({ form: form.key, answers: given, ...(finish && { finish: true }) }),
    onSuccess: (now) => queries.setQueryData(askedOf(source).queryKey, now),
    retry: 3,
  })
  const drafts = asked.state !== 'done'
  const changed = useRef(false)
  useEffect(() => {
    if (!changed.current || !drafts) return undefined
    const timer = window.setTimeout(() => {
      changed.current = false
      mutate({ finish: false, given: answers })
    }, restMs)
    return () => window.clearTimeout(timer)
  }, [answers, drafts, mutate])
  return {
    answers, drafts, saving: isPending, error, saved: isSuccess,
    set(id: string, given: string[]) {
      changed.current = true
      setAnswers((now) => ({ ...now, [id]: given }))
    },
    send: () => {
      changed.current = false
      return mutateAsync({ finish: true, given: answers })
    },
  }
}

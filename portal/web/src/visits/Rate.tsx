import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { Button } from '../ui/Button'
import { ErrorSummary, Said, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, of } from './calls'
import { visitQuery } from './queries'
import css from './rate.module.css'
import type { Visit } from './types'

/** How it was: one press, and words for who wants to. It is asked of those who were there. */
export function Rate({ visit }: { visit: Visit }) {
  const { t } = useWords()
  const said = useErrorText()
  const queries = useQueryClient()
  const [stars, setStars] = useState(0)
  const [comment, setComment] = useState('')
  const [again, setAgain] = useState(false)
  const send = useMutation({
    mutationFn: () => take(api.POST('/charts/{patient}/visits/{id}/rating', { ...of(visit.patient, visit.id), body: { stars, comment } })),
    onSuccess: (now) => {
      setAgain(false)
      queries.setQueryData(visitQuery(visit.patient, visit.id).queryKey, now)
    },
  })
  const { rating } = visit
  if (rating && !again) {
    return (
      <section className={css.rate} aria-label={t('after.rate')}>
        {send.isSuccess && <Said>{t('after.thanks')}</Said>}
        <p>{t('after.rated', { stars: rating.stars })} <Button variant="subtle" onClick={() => { setStars(rating.stars); setComment(rating.comment ?? ''); setAgain(true) }}>{t('after.change')}</Button></p>
      </section>
    )
  }
  return (
    <section className={css.rate} aria-label={t('after.rate')}>
      <h2>{t('after.rate')}</h2>
      <div className={css.stars} role="group" aria-label={t('after.rate')}>
        {[1, 2, 3, 4, 5].map((n) => (
          <button key={n} type="button" aria-pressed={stars === n} data-on={n <= stars || undefined} aria-label={t('after.stars', { stars: n })} onClick={() => setStars(n)}>
            <svg viewBox="0 0 24 24" width="32" height="32" aria-hidden="true"><path d="m12 3.500 2.600 5.400 5.900.8-4.300 4.100 1 5.900-5.200-2.800-5.200 2.800 1-5.900-4.300-4.100 5.900-.8z" /></svg>
          </button>
        ))}
      </div>
      {stars > 0 && (
        <>
          <div>
            <label htmlFor="rate-comment">{t('after.comment')}</label>
            <p className="meta" id="rate-help">{t('after.commentHelp')}</p>
            <textarea id="rate-comment" rows={2} maxLength={1000} aria-describedby="rate-help" value={comment} onChange={(event) => setComment(event.target.value)} />
          </div>
          {send.error && <ErrorSummary errors={[{ message: said(send.error) }]} />}
          <Button variant="default" loading={send.isPending} onClick={() => send.mutate()}>{t('after.send')}</Button>
        </>
      )}
    </section>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '../api/client'
import { saveText } from '../api/download'
import { passkeysQuery, recoveryQuery, totpQuery } from '../api/queries'
import { Button } from '../ui/Button'
import { SectionCard, Tag } from '../ui/Card'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './account.module.css'
import { useStepUp } from './StepUp'

/** Codes for the day on which the phone is lost. There are none without something that they stand in for. */
export function RecoveryCard({ first = false, onMade, onKept }: { first?: boolean; onMade?: () => void; onKept?: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const keys = useQuery(passkeysQuery)
  const app = useQuery(totpQuery)
  const state = useQuery(recoveryQuery)
  const [codes, setCodes] = useState<string[]>([])
  const make = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/me/recovery-codes'))),
    onSuccess: (made) => {
      if (made === 'cancelled') return
      setCodes(made.codes ?? [])
      onMade?.()
      void queries.invalidateQueries({ queryKey: recoveryQuery.queryKey })
    },
  })
  const second = (keys.data?.items.length ?? 0) > 0 || app.data?.enabled
  if (!second) return null
  const left = state.data?.left ?? 0
  return (
    <SectionCard title={t('safety.codes')} more={state.data && left > 0 && <Tag tone={left < 3 ? 'look' : 'accent'}>{t('safety.left', { count: left })}</Tag>}>
      <p className="dim">{t('safety.codesLead')}</p>
      <div className={css.gap}>
        {make.error && <ErrorSummary errors={[{ message: text(make.error) }]} />}
        {state.error && !state.data ? <LoadError error={state.error} onRetry={() => void state.refetch()} />
          : !state.data ? <Skeleton heights={[48]} />
          : codes.length > 0 ? (
            <div className={css.form}>
              <p role="status"><b>{t('safety.shown')}</b></p>
              <ul className={css.codes}>{codes.map((code) => <li key={code}>{code}</li>)}</ul>
              <div className={`${css.buttons} no-print`}>
                <Button icon="print" onClick={() => window.print()}>{t('safety.print')}</Button>
                <Button variant="default" icon="download" onClick={() => saveText(t('safety.file'), codes.join('\n'))}>{t('safety.download')}</Button>
                <Button variant="subtle" onClick={() => { setCodes([]); onKept?.() }}>{t('safety.kept')}</Button>
              </div>
            </div>
          ) : (
            <>
              <p>{left > 0 ? t('safety.makeNewText') : t('safety.noneYet')}</p>
              <Button variant={first && left === 0 ? 'filled' : 'default'} loading={make.isPending} className={css.under} onClick={() => make.mutate()}>{left > 0 ? t('safety.makeNew') : t('safety.make')}</Button>
            </>
          )}
      </div>
      {stepUp.dialog}
    </SectionCard>
  )
}

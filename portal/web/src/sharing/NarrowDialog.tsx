import { Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import type { Grant } from '../api/types'
import { useStepUp } from '../account/StepUp'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api } from './calls'
import { parts, WhatToShare, type Choice } from './WhatToShare'
import css from './choices.module.css'

type Shown = Pick<Grant, 'id' | 'name' | 'sees' | 'can' | 'hides'>

/** Makes a sharing smaller. It only takes away; it holds at once. */
export function NarrowDialog({ patient, grant, opened, onClose, onNarrowed }: { patient: string; grant: Shown; opened: boolean; onClose: () => void; onNarrowed?: () => void }) {
  const { t } = useWords()
  return (
    <Modal opened={opened} onClose={onClose} size="lg" title={t('offer.lessTitle', { name: grant.name })} closeButtonProps={{ 'aria-label': t('close') }}>
      {opened && <NarrowForm patient={patient} grant={grant} onClose={onClose} onNarrowed={onNarrowed} />}
    </Modal>
  )
}

function NarrowForm({ patient, grant, onClose, onNarrowed }: { patient: string; grant: Shown; onClose: () => void; onNarrowed?: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const of: Choice = { sees: grant.sees, can: grant.can, sensitive: !grant.hides.includes('sensitive') }
  const [choice, setChoice] = useState(of)
  const [until, setUntil] = useState('')
  const none = choice.sees.filter((part) => parts.includes(part)).length === 0
  const save = useMutation({
    mutationFn: () => stepUp.run(() => take(api.PATCH('/charts/{patient}/grants/{id}', { params: { path: { patient, id: grant.id } }, body: { ...choice, until } }))),
    onSuccess: (done) => {
      if (done === 'cancelled') return
      onNarrowed?.()
      onClose()
      void queries.invalidateQueries({ queryKey: chartKey(patient) })
    },
  })
  return (
    <div className={css.form}>
      {save.error && <ErrorSummary errors={[{ message: text(save.error) }]} />}
      <p>{t('offer.lessLead', { name: grant.name })}</p>
      <WhatToShare choice={choice} onChange={setChoice} of={of} />
      <TextInput id="less-until" type="date" label={t('offer.lessUntil')} value={until} onChange={(event) => setUntil(event.target.value)} />
      {none && <p role="status" className="meta">{t('offer.lessNone')}</p>}
      <div className={css.buttons}>
        <Button loading={save.isPending} disabled={none} onClick={() => save.mutate()}>{t('offer.lessGo')}</Button>
        <Button variant="default" onClick={onClose}>{t('offer.lessKeep')}</Button>
      </div>
      {stepUp.dialog}
    </div>
  )
}

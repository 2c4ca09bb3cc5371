import { useState } from 'react'
import { useStepUp } from '../account/StepUp'
import { download } from '../api/download'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'

/** The whole list as a file that proves itself, after the person confirmed that it is them. */
export function TakeLog({ patient }: { patient: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const take = async () => {
    setBusy(true)
    setProblem('')
    try {
      await stepUp.run(() => download(`/api/v1/charts/${encodeURIComponent(patient)}/access/export`, 'access-log.json'))
    } catch (error) {
      setProblem(text(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div>
      <Button variant="default" icon="download" loading={busy} onClick={() => void take()}>{t('sharing.take')}</Button>
      <p className="small dim measure">{t('sharing.takeText')}</p>
      {problem && <p role="alert">{problem}</p>}
      {stepUp.dialog}
    </div>
  )
}

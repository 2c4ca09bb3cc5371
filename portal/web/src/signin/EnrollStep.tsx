import { useEffect } from 'react'
import { Enrollment } from '../account/Enrollment'
import type { TotpSetup } from '../api/types'
import { useWords } from '../ui/useWords'
import { CodeStep } from './CodeStep'
import css from './signin.module.css'

/** The first sign-in of staff: their code app is connected, and proves it with a first code. */
export function EnrollStep({ request, setup, onStartOver, onExpired }: { request: string; setup: TotpSetup; onStartOver: () => void; onExpired: () => void }) {
  const { t } = useWords()
  // The reading starts at the top: the field comes after what to do for it.
  useEffect(() => document.getElementById('content')?.focus(), [])
  return (
    <>
      <ol className={css.steps}>
        <li>{t('signIn.enroll.app')}</li>
        <li>{t('signIn.enroll.scan')}</li>
        <li>{t('signIn.enroll.type')}</li>
      </ol>
      <div className={css.form}><Enrollment setup={setup} /></div>
      <CodeStep request={request} onStartOver={onStartOver} onExpired={onExpired} focus={false} />
    </>
  )
}

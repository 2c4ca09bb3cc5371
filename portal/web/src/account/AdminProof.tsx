import { useEffect, useRef, useState } from 'react'
import { setProof } from '../api/client'
import { loadWords } from '../i18n'
import { useWords } from '../ui/useWords'
import { StepUpDialog } from './StepUp'

/** Asks administrators who they are, when a page of administration wants to know, and lets what was asked go on. */
export function AdminProof() {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const waiting = useRef<((confirmed: boolean) => void)[]>([])
  useEffect(() => {
    setProof(async () => {
      await loadWords('account')
      // Several parts of a page may ask at once; the person is asked once.
      return new Promise<boolean>((done) => {
        waiting.current.push(done)
        setOpen(true)
      })
    })
    return () => setProof()
  }, [])
  const close = (confirmed: boolean) => {
    setOpen(false)
    waiting.current.splice(0).forEach((done) => done(confirmed))
  }
  return <StepUpDialog opened={open} lead={open ? t('account.adminProofLead') : ''} onClose={close} />
}

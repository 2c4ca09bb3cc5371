import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { patientsQuery } from '../api/queries'
import type { ClinicPatient } from '../api/types'
import { longDate } from '../format/date'
import { usePageTitle } from '../shell/title'
import { useMe } from '../shell/useMe'
import { Button, LinkButton } from '../ui/Button'
import { Tag } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './clinic.module.css'
import { useKeyHints, useKeys } from './keys'
import { ageSex } from './words'

const typingMs = 250

/** One field for name, birth date, phone or number; each row shows enough to tell two people apart. */
export function PatientList() {
  const { t } = useWords()
  usePageTitle(t('clinic.nav.patients'))
  const roles = useMe().account.roles ?? []
  const treats = roles.includes('clinician') || roles.includes('nurse')
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const [q, setQ] = useState('')
  const [at, setAt] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  const pages = useInfiniteQuery({ ...patientsQuery(q), placeholderData: (before) => before })
  const patients = pages.data?.pages.flatMap((page) => page.items) ?? []
  useEffect(() => {
    if (typed.trim() === q) return undefined // nothing new to look for: the marked row stays
    const timer = window.setTimeout(() => {
      setQ(typed.trim())
      setAt(0)
    }, typingMs)
    return () => window.clearTimeout(timer)
  }, [typed, q])

  const open = (patient: ClinicPatient | undefined) => {
    if (patient) void navigate({ to: '/clinic/p/$patient', params: { patient: patient.patient } })
  }
  const move = (by: number) => setAt((before) => Math.max(0, Math.min(patients.length - 1, before + by)))
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => open(patients[at]), '/': () => field.current?.focus() })
  useKeyHints([{ keys: ['J', 'K'], says: t('clinic.key.move') }, { keys: ['↵'], says: t('clinic.key.open') }, { keys: ['/'], says: t('clinic.key.find') }])
  useEffect(() => {
    document.querySelector('[data-at="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at])

  return (
    <div className={css.list}>
      <div className={css.listHead}>
        <div className="grow">
          <h1>{t('clinic.patients')}</h1>
          <p className="dim">{pages.data ? (pages.hasNextPage ? t('clinic.countMore', { count: patients.length }) : t('clinic.count', { count: patients.length })) : t('clinic.patientsLead')}</p>
        </div>
        {treats && <LinkButton to="/clinic/lookup" variant="default" icon="key">{t('care.clinicLook')}</LinkButton>}
        <div className={css.find} role="search">
          <Icon name="search" size={18} />
          <label htmlFor="find-patient" className="sr">{t('clinic.search')}</label>
          <input
            id="find-patient" ref={field} type="search" value={typed} placeholder={t('clinic.searchHelp')} maxLength={100} autoComplete="off" onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && typed.trim() === q) open(patients[at])
              if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
                event.preventDefault()
                move(event.key === 'ArrowDown' ? 1 : -1)
              }
            }}
          />
        </div>
      </div>
      {pages.error && !pages.data ? <LoadError error={pages.error} onRetry={() => void pages.refetch()} />
        : !pages.data ? <Skeleton heights={[44, 44, 44, 44, 44, 44]} />
        : patients.length === 0 ? <Empty icon={q ? 'search' : 'people'} title={q ? t('clinic.noMatch', { q }) : t('clinic.none')} text={q ? t('clinic.noMatchText') : t('clinic.noneText')} />
        : <PatientTable patients={patients} at={at} />}
      {pages.hasNextPage && <p className={css.more}><Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('showMore')}</Button></p>}
    </div>
  )
}

function PatientTable({ patients, at }: { patients: ClinicPatient[]; at: number }) {
  const { t, locale } = useWords()
  return (
    <div className={css.panel}>
      <table className={css.patients}>
        <thead>
          <tr><th scope="col">{t('clinic.name')}</th><th scope="col">{t('clinic.born')}</th><th scope="col">{t('clinic.ageSex')}</th><th scope="col">{t('clinic.number')}</th><th scope="col">{t('clinic.phone')}</th></tr>
        </thead>
        <tbody>
          {patients.map((patient, index) => (
            <tr key={patient.patient} data-at={index === at}>
              <td>
                <Link to="/clinic/p/$patient" params={{ patient: patient.patient }} className={css.patientName}><Face name={patient.name} size="s" />{patient.name}</Link>{!patient.inPanel && <> <Tag>{t('clinic.waits')}</Tag></>}
              </td>
              <td>{longDate(patient.birthDate, locale)}</td>
              <td>{ageSex(patient, t)}</td>
              <td>{patient.identifiers?.[0]?.value}</td>
              <td>{patient.phone}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { Skeleton } from '../ui/Skeleton'
import { ActingBand } from './ActingBand'
import { Banners } from './Banners'
import { useWatch } from './context'
import css from './patient.module.css'
import { SideBar, TabBar, TopBar } from './PatientNav'
import { useMe, useSubject } from './useMe'
import { ErrorPage } from './ErrorPage'
import { ApiError } from '../api/problem'

// It has minutes until there is something to say.
const SessionGuard = lazy(() => import('./SessionGuard').then(({ SessionGuard: one }) => ({ default: one })))

/** The frame of a chart that a patient or caregiver reads. The address says whose it is. */
export function PatientShell() {
  const { subject, patient, acting } = useSubject()
  useMe()
  useWatch(patient)
  // A chart that is not among this account's people does not exist for it.
  if (!subject) return <ErrorPage error={new ApiError({ status: 404 })} reset={() => undefined} />
  return (
    <div className={css.frame}>
      {acting && <ActingBand subject={subject} />}
      <SideBar subject={subject} />
      <div className={css.column}>
        <Banners />
        <TopBar subject={subject} />
        <main id="content" tabIndex={-1} className={css.main}>
          <Suspense fallback={<Skeleton heights={[40, 160, 160]} />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <TabBar patient={patient} />
      <Suspense fallback={null}><SessionGuard /></Suspense>
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { appointmentQuery } from '../booking/queries'
import { useWhenWords } from '../booking/words'
import { ChartHead } from '../clinic/ChartHead'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Empty } from '../ui/Empty'
import { useWords } from '../ui/useWords'
import { GuestLinks } from './GuestLinks'
import { Guests } from './Guests'
import css from './guests.module.css'

/** The patient brings somebody to one visit. */
export function GuestsPage() {
  const { t } = useWords()
  const { patient, visit } = useParams({ from: '/gate/p/$patient/visits/$visit/guests' })
  const { acting, name } = useSubject()
  usePageTitle(t('guests.page'))
  return (
    <>
      <PageHead title={t('guests.title')} text={t('guests.lead')} back={<BackLink to="/p/$patient/visits" params={{ patient }} place={t('guests.back')} />} />
      <Which patient={patient} visit={visit} />
      {acting ? <Empty icon="lock" title={t('sharing.notYours', { name })} text={t('sharing.notYoursText', { name })} /> : <><GuestLinks patient={patient} visit={visit} /><Guests patient={patient} visit={visit} own /></>}
    </>
  )
}

/** A doctor or nurse does so for them. */
export function ClinicGuestsPage() {
  const { t } = useWords()
  const { patient, visit } = useParams({ from: '/gate/clinic/visits/$patient/$visit/guests' })
  usePageTitle(t('guests.page'))
  return (
    <div>
      <ChartHead patient={patient} back="chart" />
      <div className={css.page}>
        <div>
          <h1>{t('guests.title')}</h1>
          <p className="dim measure">{t('guests.lead')}</p>
          <Which patient={patient} visit={visit} />
        </div>
        <GuestLinks patient={patient} visit={visit} />
        <Guests patient={patient} visit={visit} />
      </div>
    </div>
  )
}

/** The visit, so that nobody is invited to another one. Its line has its place before it is known. */
function Which({ patient, visit }: { patient: string; visit: string }) {
  const { t } = useWords()
  const { dayTitle, time } = useWhenWords()
  const known = useQuery(appointmentQuery(patient, visit)).data
  return <p className={css.which}>{known ? [t('appointment.at', { day: dayTitle(known.start), time: time(known.start) }), known.practitioner.name].join('. ') : '\u00a0'}</p>
}

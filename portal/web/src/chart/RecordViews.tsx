import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import css from './record.module.css'

/** The ways through a record: by date, by kind, and what was asked for. */
export function RecordViews({ patient }: { patient: string }) {
  const { t } = useTranslation()
  return (
    <nav className={`${css.views} no-print`} aria-label={t('record.view')}>
      <Link to="/p/$patient/record" params={{ patient }} activeOptions={{ exact: true, includeSearch: false }}>{t('record.byDate')}</Link>
      <Link to="/p/$patient/kinds" params={{ patient }} activeOptions={{ exact: true }}>{t('record.byKind')}</Link>
      <Link to="/p/$patient/asks" params={{ patient }} activeOptions={{ exact: false }}>{t('record.asks')}</Link>
    </nav>
  )
}

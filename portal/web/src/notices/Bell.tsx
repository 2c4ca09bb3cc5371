import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { chartKey, meQuery } from '../api/queries'
import { useTopic } from '../shell/context'
import { Icon } from '../ui/Icon'
import css from './bell.module.css'
import { unseenQuery } from './queries'

/** How much was told and not looked at; the list itself comes with its page. */
export default function Bell({ patient }: { patient?: string }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const unseen = useQuery(unseenQuery).data?.unseen ?? 0
  useTopic('notices', () => void queries.invalidateQueries({ queryKey: ['notices'] }))
  // Stands on every page, so that the count of the tab moves wherever the reader is.
  useTopic(patient ? `messages/${patient}` : 'inbox', () => {
    if (patient) void queries.invalidateQueries({ queryKey: [...chartKey(patient), 'messages'] })
    void queries.invalidateQueries({ queryKey: meQuery.queryKey, exact: true })
  })
  const name = unseen > 0 ? `${t('shell.notices')}, ${t('shell.unseen', { count: unseen })}` : t('shell.notices')
  const inside = (
      <span className={css.mark}><Icon name="bell" size={22} />{unseen > 0 && <span className={css.count} aria-hidden="true">{unseen > 99 ? '99+' : unseen}</span>}</span>
  )
  return patient ? <Link to="/p/$patient/you/notifications" params={{ patient }} className={css.bell} aria-label={name}>{inside}</Link>
    : <Link to="/clinic/you/notifications" className={css.bell} aria-label={name} title={t('shell.notices')}>{inside}</Link>
}

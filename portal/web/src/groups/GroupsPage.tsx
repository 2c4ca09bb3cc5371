import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useWhenWords } from '../booking/words'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { LinkRow } from '../ui/Row'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { groupsQuery } from './calls'
import css from './groups.module.css'
import { MakeGroup } from './MakeGroup'

/** What groups there are to come, and a way to make one. */
export function GroupsPage() {
  const { t } = useWords()
  const { dayTitle, time } = useWhenWords()
  usePageTitle(t('groups.page'))
  const [making, setMaking] = useState(false)
  const groups = useQuery(groupsQuery)
  const items = groups.data?.items ?? []
  return (
    <div className={css.page}>
      <h1>{t('groups.page')}</h1>
      <p className="dim">{t('groups.lead')}</p>
      {making ? <MakeGroup onCancel={() => setMaking(false)} /> : <div><Button icon="people" onClick={() => setMaking(true)}>{t('groups.make')}</Button></div>}
      {groups.error && !groups.data ? <LoadError error={groups.error} onRetry={() => void groups.refetch()} />
        : !groups.data ? <Skeleton heights={[64, 64]} />
        : items.length === 0 ? <Empty icon="people" title={t('groups.none')} text={t('groups.noneText')} />
        : (
          <Card rows>
            {items.map(({ id, appointment, practitioner, booked }) => (
              <LinkRow
                key={id} to="/clinic/groups/$group" params={{ group: id }} lead={<Face name={practitioner.name} size="s" />} title={appointment.group?.subject ?? ''}
                text={[t('appointment.at', { day: dayTitle(appointment.start), time: time(appointment.start) }), practitioner.name, t('groups.taken', { booked, places: appointment.group?.places ?? 0 })].join('. ')}
              />
            ))}
          </Card>
        )}
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { healthQuery } from '../api/queries'
import type { HealthCheck } from '../api/types'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { LoadError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './clinic.module.css'

const order: Record<HealthCheck['level'], number> = { fail: 0, warn: 1, ok: 2 }

/** The health of the system as sentences, what does not work first. */
export function HealthPage() {
  const { t } = useWords()
  usePageTitle(t('clinic.nav.system'))
  const health = useQuery(healthQuery)
  const checks = [...(health.data?.checks ?? [])].sort((a, b) => order[a.level] - order[b.level])
  const failing = checks.filter((check) => check.level === 'fail').length
  const warning = checks.filter((check) => check.level === 'warn').length
  const summary = failing > 0 ? t('clinic.healthFail', { count: failing }) : warning > 0 ? t('clinic.healthWarn', { count: warning }) : t('clinic.healthOk')
  return (
    <div className={css.health}>
      <div>
        <h1>{t('clinic.health')}</h1>
        <p className="dim">{health.data ? `${summary} ${t('clinic.healthLead')}` : t('clinic.healthLead')}</p>
      </div>
      {health.error && !health.data ? <LoadError error={health.error} onRetry={() => void health.refetch()} />
        : !health.data ? <Skeleton heights={[56, 56, 56, 56]} />
        : (
          <Card rows>
            {checks.map((check) => (
              <div key={check.name} className={css.check} data-level={check.level}>
                <Icon name={check.level === 'ok' ? 'done' : 'alert'} />
                <div lang="en" /* as doctor and the log say it */><b>{check.name}</b><span className="dim">{check.text}</span></div>
                <Tag tone={check.level === 'fail' ? 'urgent' : check.level === 'warn' ? 'look' : 'plain'}>{t(`clinic.level.${check.level}`)}</Tag>
              </div>
            ))}
          </Card>
        )}
      {health.data && <p className={css.more}><Button variant="default" loading={health.isFetching} onClick={() => void health.refetch()}>{t('clinic.healthAgain')}</Button></p>}
    </div>
  )
}

import { Switch } from '@mantine/core'
import { Card } from '../ui/Card'
import { useWords } from '../ui/useWords'
import css from './notices.module.css'
import type { Telling } from './queries'

/** When: one mail a day, and the hours in which nothing rings. */
export function Times({ now, change }: { now: Telling; change: (part: Partial<Telling>) => void }) {
  const { t } = useWords()
  const { quiet, digest } = now
  return (
    <Card pad>
      <h3>{t('notices.when')}</h3>
      <div className={css.how}>
        {now.email.works && now.email.on && (
          <Switch label={t('notices.digest')} description={t('notices.digestHelp')} checked={digest.on} onChange={(event) => change({ digest: { ...digest, on: event.currentTarget.checked } })} />
        )}
        {now.email.works && now.email.on && digest.on && (
          <div className={css.hours}>
            <label>{t('notices.at')}<input type="time" value={digest.at} onChange={(event) => event.target.value && change({ digest: { ...digest, at: event.target.value } })} /></label>
          </div>
        )}
        <Switch label={t('notices.quiet')} description={t('notices.quietHelp')} checked={quiet.on} onChange={(event) => change({ quiet: { ...quiet, on: event.currentTarget.checked } })} />
        {quiet.on && (
          <div className={css.hours}>
            {(['from', 'to'] as const).map((edge) => (
              <label key={edge}>
                {t(`notices.${edge}`)}
                <input type="time" value={quiet[edge]} onChange={(event) => event.target.value && change({ quiet: { ...quiet, [edge]: event.target.value } })} />
              </label>
            ))}
          </div>
        )}
        {(quiet.on || digest.on) && <p className="meta">{t('notices.zone', { zone: quiet.timeZone.replaceAll('_', ' ') })}</p>}
      </div>
    </Card>
  )
}

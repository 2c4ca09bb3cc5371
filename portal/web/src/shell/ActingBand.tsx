import { useTranslation } from 'react-i18next'
import type { Subject } from '../api/types'
import { LinkButton } from '../ui/Button'
import { Face } from '../ui/Face'
import css from './acting.module.css'
import { relationOf } from './relation'
import type { en } from '../i18n/en'

/** Plum, on every page while somebody acts for another person. */
export function ActingBand({ subject }: { subject: Subject }) {
  const { t } = useTranslation()
  const relation = relationOf(subject.relation)
  const key: keyof typeof en.shell.actingFor = relation === 'self' ? 'other' : relation
  return (
    <div className={css.band} role="region" aria-label={t('shell.actingBand')}>
      <Face name={subject.name} tone="onFill" />
      <p className="grow">
        {t(`shell.actingFor.${key}`)}
        <b>{subject.name}</b>
      </p>
      <LinkButton to="/people" className={css.switch}>{t('shell.switch')}</LinkButton>
    </div>
  )
}

import { LinkButton } from '../ui/Button'
import { useWords } from '../ui/useWords'
import type { Visit } from '../visits/types'
import css from './video.module.css'

/** A visit in a group is held in the group; its chart and its note are here as of any other. */
export function InGroup({ group }: { group: NonNullable<Visit['appointment']['group']> }) {
  const { t } = useWords()
  return (
    <div className={css.begin}>
      <p className="strong">{[t('appointment.group'), group.subject].filter(Boolean).join(': ')}</p>
      {group.id && <LinkButton icon="people" to="/clinic/groups/$group" params={{ group: group.id }}>{t('appointment.openGroup')}</LinkButton>}
    </div>
  )
}

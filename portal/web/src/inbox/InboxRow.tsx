import { Link } from '@tanstack/react-router'
import { shortAge } from '../clinic/words'
import type { InboxItem, InboxView } from '../messages/types'
import { useWritten } from '../messages/useWritten'
import { Tag } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './inbox.module.css'

/** One conversation in the list: who, what, by when, and who has it. */
export function InboxRow({ item, marked, chosen, onChoose, search }: { item: InboxItem; marked: boolean; chosen: boolean; onChoose: () => void; search: { view?: InboxView } }) {
  const { t } = useWords()
  const { lately, topic, until, isLate, role } = useWritten()
  const years = shortAge(item.age, t)
  const { lastFrom, claimedBy } = item
  return (
    <li data-at={marked || undefined} className={css.item}>
      <input type="checkbox" className={css.pick} checked={chosen} aria-label={t('inbox.choosing', { name: item.patientName })} onChange={onChoose} />
      <Link to="/clinic/inbox/$patient/$thread" params={{ patient: item.patient, thread: item.id }} search={search} className={css.row} activeOptions={{ includeSearch: false }}>
        <span className={css.rowHead}>
          <b>{item.unread > 0 && <><span className={css.dot} aria-hidden="true" /><span className="sr">{t('inbox.unread')}: </span></>}{[item.patientName, years].filter(Boolean).join(', ')}</b>
          <span className="meta">{lately(item.lastAt)}</span>
        </span>
        <span className={css.topic}>{topic(item)}</span>
        <span className={css.last}>{item.lastText || t('inbox.photo')}</span>
        <span className={css.rowFoot}>
          {item.priority === 'urgent' && <Tag tone="urgent" icon={<Icon name="alert" size={14} />}>{t('inbox.priorities.urgent')}</Tag>}
          {item.priority === 'soon' && <Tag tone="look">{t('inbox.priorities.soon')}</Tag>}
          {lastFrom.role === 'proxy' && <Tag tone="act">{t('inbox.actsFor', { name: lastFrom.name, relation: role(lastFrom) })}</Tag>}
          {item.state === 'closed' ? <Tag tone="outline">{t('inbox.closed')}</Tag>
            : item.due && isLate(item) ? <Tag tone="look" icon={<Icon name="alert" size={14} />}>{t('inbox.late', { date: until(item.due) })}</Tag>
            : item.due ? <Tag icon={<Icon name="clock" size={14} />}>{t('inbox.due', { date: until(item.due) })}</Tag>
            : item.turn === 'patient' ? <Tag tone="outline">{t('inbox.waits')}</Tag> : null}
          <span className={`meta ${css.owner}`}>{claimedBy ? (claimedBy.me ? t('inbox.ownerYou') : t('inbox.owner', { name: claimedBy.name })) : t('inbox.noOwner')}</span>
        </span>
      </Link>
    </li>
  )
}

import type { AccessRow } from '../api/types'
import { deedOf, isStaff, kindsOf, partOf, purposeOf } from '../format/access'
import { moment } from '../format/date'
import { listOf } from '../format/locale'
import { relationOf } from '../shell/relation'
import { Tag } from '../ui/Card'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { useClinic, useWords, type Words } from '../ui/useWords'
import css from './sharing.module.css'

/** When, who and as what, what they did in words, and why. An emergency stands out with its reason. */
export function AccessRowLine({ row }: { row: AccessRow }) {
  const words = useWords()
  const { t, locale, day, clock } = words
  const clinic = useClinic()
  const self = row.role === 'self'
  const part = partOf(row)
  const who = part ? t(`sharing.part.${part}`) : row.who
  const purpose = row.role === 'proxy' ? undefined : purposeOf(row.purpose) // what a helper does is help, whatever code stands for it
  const why = row.reason ? `“${row.reason}”` : purpose ? t(`purpose.${purpose}`) : self ? t('purpose.request') : row.role === 'proxy' ? t('purpose.family') : isStaff(row.role) ? t('purpose.care') : ''
  return (
    <tr data-emergency={row.emergency || undefined}>
      <td className={css.when}>{moment(row.at, locale, day, clock)}</td>
      <td>
        <div className={css.who}>
          <Face name={who || '?'} size="s" acting={row.role === 'proxy'} tone={row.emergency ? 'look' : self ? 'accent' : 'plain'} />
          <div>
            <b>{self ? t('sharing.youWho') : row.role === 'link' ? t('sharing.linkWho') : who}</b>
            <span className="meta">{underWho(row, words)}</span>
          </div>
        </div>
      </td>
      <td>
        {deedText(row, words)}
        {row.count > 1 && !self && <span className="meta"> · {t('sharing.times', { count: row.count })}</span>}
        {row.emergency && <span className={css.tag}><Tag tone="look" icon={<Icon name="key" size={16} />}>{t('sharing.emergency')}</Tag></span>}
      </td>
      <td>
        {why && <><span className={css.whyLabel}>{t('sharing.why')}: </span>{why}</>}
        {row.emergency && clinic?.phone && (
          <a className={css.wrong} href={`tel:${clinic.phone.replace(/[^+\d]/g, '')}`}>{t('sharing.wrong', { phone: clinic.phone })}</a>
        )}
      </td>
    </tr>
  )
}

function underWho(row: AccessRow, { t }: Words): string {
  const role = row.role === 'proxy' ? t('sharing.forYou', { relation: t(`helper.${relationOf(row.relation)}`) })
    : row.role === 'self' ? '' : t(`role.${row.role}`)
  const app = row.app ? t('sharing.through', { app: row.app }) : ''
  return [role, row.organization, app].filter(Boolean).join(', ')
}

function deedText(row: AccessRow, { t, locale }: Words): string {
  const deed = deedOf(row.action)
  if (deed === 'signedIn') return t('sharing.deed.signedIn')
  const kinds = kindsOf(row)
  const list = listOf(kinds.map((kind) => t(`inline.${kind}`)), locale)
  const what = kinds.length === 0 ? t('sharing.yourRecord') : t('sharing.your', { list })
  return t(`sharing.deed.${deed}`, { what })
}

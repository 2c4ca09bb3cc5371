import { Link } from '@tanstack/react-router'
import type { Entry } from '../../api/types'
import { splitRef } from '../../format/entry'
import { levelOfEntry, toneOf } from '../../format/meaning'
import { valueText } from '../../format/value'
import { SectionHead } from '../../ui/Card'
import { Icon } from '../../ui/Icon'
import { MeaningWord } from '../../ui/MeaningWord'
import { RangeBar } from '../../ui/RangeBar'
import { useWords } from '../../ui/useWords'
import { subline, titleOf } from '../entryWords'
import lines from '../lines.module.css'
import css from '../result/result.module.css'

/** A test of several values: how many are as usual in a sentence, then each with its bar, the ones to look at first. */
export function Panel({ patient, entry, members, dense }: { patient: string; entry: Entry; members: Entry[]; dense: boolean }) {
  const { t } = useWords()
  const out = members.filter((member) => toneOf(levelOfEntry(member)) !== 'plain')
  const rest = members.filter((member) => toneOf(levelOfEntry(member)) === 'plain')
  return (
    <section aria-label={t('result.members')}>
      <p className="dim">{subline(entry, t)}</p>
      {out.length > 0 && (
        <>
          <SectionHead title={t('result.outFirst')} />
          <Members patient={patient} members={out} dense={dense} />
        </>
      )}
      {rest.length > 0 && (
        <>
          {out.length > 0 ? <SectionHead title={t('result.parts')} /> : <div style={{ height: 12 }} />}
          <Members patient={patient} members={rest} dense={dense} />
        </>
      )}
    </section>
  )
}

function Members({ patient, members, dense }: { patient: string; members: Entry[]; dense: boolean }) {
  return (
    <div className={`${css.card} ${css.fold} ${css.members}`}>
      {members.map((member) => <Member key={member.ref} patient={patient} member={member} dense={dense} />)}
    </div>
  )
}

function Member({ patient, member, dense }: { patient: string; member: Entry; dense: boolean }) {
  const { t } = useWords()
  const level = levelOfEntry(member)
  const inside = (
    <>
      <span className={lines.name}><b>{titleOf(member, t)}</b></span>
      <span className={lines.bar}><RangeBar mini number={member.value?.number} shown={valueText(member.value)} range={member.range} level={level} /></span>
      <span className={lines.value}>
        <b>{valueText(member.value)}</b>
        {level !== 'unknown' && <MeaningWord level={level} />}
      </span>
      <Icon name="go" size={20} className={lines.go} />
    </>
  )
  const { type, id } = splitRef(member.ref)
  return dense ? <Link to="/clinic/p/$patient/entries/$type/$id" params={{ patient, type, id }} className={lines.line}>{inside}</Link>
    : <Link to="/p/$patient/entries/$type/$id" params={{ patient, type, id }} className={lines.line}>{inside}</Link>
}

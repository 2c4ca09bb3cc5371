import { useWords } from '../ui/useWords'
import css from './notices.module.css'
import type { Channel, Kinds, Telling, ToldKind } from './queries'

export const kinds: ToldKind[] = ['message', 'appointment', 'visit', 'note', 'result', 'ask', 'sharing']

/** What is told by which way. A way that is off or that the site does not have is left out. */
export function KindTable({ label, now, kinds: chosen, change }: { label: string; now: Telling; kinds: Kinds; change: (kinds: Kinds) => void }) {
  const { t } = useWords()
  const ways = now.order.filter((channel) => now[channel].works && now[channel].on)
  if (ways.length === 0) return <p className="meta">{t('notices.noWay')}</p>
  const set = (kind: ToldKind, channel: Channel, on: boolean) => change({ ...chosen, [kind]: { ...chosen[kind], [channel]: on } })
  return (
    <table className={css.table} aria-labelledby={label}>
      <thead>
        <tr><td />{ways.map((channel) => <th key={channel} scope="col">{t(`notices.short.${channel}`)}</th>)}</tr>
      </thead>
      <tbody>
        {kinds.map((kind) => (
          <tr key={kind}>
            <th scope="row">{t(`notices.kindOf.${kind}`)}</th>
            {ways.map((channel) => (
              <td key={channel}>
                <label className={css.tick}>
                  <input
                    type="checkbox" checked={chosen[kind][channel]} aria-label={`${t(`notices.kindOf.${kind}`)}, ${t(`notices.short.${channel}`)}`}
                    onChange={(event) => set(kind, channel, event.currentTarget.checked)}
                  />
                </label>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

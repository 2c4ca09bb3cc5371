import { useId } from 'react'
import type { AppLine } from '../api/types'
import { lineHelp, lineText } from '../connected/line'
import { Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { useWords } from '../ui/useWords'
import css from './consent.module.css'

const many = 4

/** Some lines under one heading, each with a box of its own; long lists can be emptied at one stroke. */
export function LineGroup({ title, help, lines, first, ticked, onTick }: { title: string; help?: string; lines: AppLine[]; first: boolean; ticked: Set<string>; onTick: (ids: string[], on: boolean) => void }) {
  const words = useWords()
  const { t } = words
  const id = useId()
  const some = lines.some((line) => ticked.has(line.id))
  return (
    <Card pad>
      <fieldset className={css.group} aria-describedby={help && id}>
        <legend className={css.groupTitle}>{title}</legend>
        {help && <p id={id} className={`meta ${css.help}`}>{help}</p>}
        <div className={css.lines}>
          {lines.map((line, at) => (
            <label key={line.id} className={css.line}>
              <input type="checkbox" id={first && at === 0 ? 'line-0' : undefined} checked={ticked.has(line.id)} onChange={(event) => onTick([line.id], event.currentTarget.checked)} />
              <span>{lineText(line, words)}{lineHelp(line, words) && <span className="meta">{lineHelp(line, words)}</span>}</span>
            </label>
          ))}
        </div>
        {lines.length > many && <Button variant="subtle" onClick={() => onTick(lines.map((line) => line.id), !some)}>{some ? t('connected.consent.none') : t('connected.consent.all')}</Button>}
      </fieldset>
    </Card>
  )
}

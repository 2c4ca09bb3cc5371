import type { AppLine } from '../api/types'
import type { Words } from '../ui/useWords'

export interface Group { title: string; help?: string; lines: AppLine[] }

/** What an app asks for, or has, under the headings under which it is decided. */
export function groupsOf(lines: AppLine[], t: Words['t']): Group[] {
  const at = (level: AppLine['level'], write: boolean) => lines.filter((line) => line.level === level && Boolean(line.write) === write)
  return [
    { title: t('connected.consent.see'), lines: at('patient', false) },
    { title: t('connected.consent.change'), help: t('connected.consent.changeHelp'), lines: at('patient', true) },
    { title: t('connected.consent.seeAll'), lines: at('user', false) },
    { title: t('connected.consent.changeAll'), help: t('connected.consent.changeHelp'), lines: at('user', true) },
    { title: t('connected.consent.also'), lines: lines.filter((line) => !line.level) },
  ].filter((group) => group.lines.length > 0)
}

/** Ticks boxes, or takes the ticks away. */
export function withTicks(was: Set<string>, ids: string[], on: boolean): Set<string> {
  const now = new Set(was)
  for (const id of ids) if (on) now.add(id)
  else now.delete(id)
  return now
}

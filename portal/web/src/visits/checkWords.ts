import { listOf } from '../format/locale'
import type { Words } from '../ui/useWords'
import type { LineFound } from './beforeTypes'
import type { CheckResult } from './types'

const parts = ['camera', 'microphone', 'speaker', 'network'] as const
const slowKbit = 500
const lateMs = 600

const rate = (kbit: number, t: Words['t']): string => (kbit >= 1_000 ? t('line.mega', { count: Math.round(kbit / 100) / 10 }) : t('line.kilo', { count: kbit }))

/** How sound and picture get out, and what the line carries, for who tries it. */
export function lineWords({ reach, down, up }: LineFound, t: Words['t']): string {
  return [reach && `${t(`line.reach.${reach}`)}.`, down && up && `${t('line.speed', { down: rate(down, t), up: rate(up, t) })}.`].filter(Boolean).join(' ')
}

/** The check of somebody who waits, in one line for the clinic: what does not work first, then what may trouble the call. */
export function checkLine(check: CheckResult | undefined, t: Words['t'], locale: string): string {
  if (!check) return t('cockpit.checkNo')
  const failed = parts.filter((part) => check[part] === 'fail')
  const words = failed.length > 0 ? t('cockpit.checkFail', { list: listOf(failed.map((part) => t(`cockpit.checkPart.${part}`)), locale) }) : t('cockpit.checkOk')
  const line = [
    check.reach === 'blocked' ? t('line.short.blocked') : check.reach === 'relay' && t('line.short.relay'),
    Math.min(check.down ?? slowKbit, check.up ?? slowKbit) < slowKbit && t('line.slow'), (check.roundTrip ?? 0) > lateMs && t('line.late'),
    check.browser && check.system && t('line.on', { browser: t(`line.browser.${check.browser}`), system: t(`line.system.${check.system}`) }),
  ].filter(Boolean)
  return [words, ...line].join(', ')
}

/** All that was found, for who wants to know why. */
export function checkDetails(check: CheckResult, t: Words['t']): string {
  return [lineWords(check, t), check.roundTrip && t('line.trip', { count: check.roundTrip })].filter(Boolean).join(' ')
}

/** Something of it may trouble the call. */
export const troubled = (check: CheckResult | undefined): boolean => check !== undefined && (parts.some((part) => check[part] === 'fail') || check.reach === 'blocked')

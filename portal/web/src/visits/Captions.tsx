import { useState } from 'react'
import { listOf } from '../format/locale'
import { tail, type Gives } from '../rtc/captions/words'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './captions.module.css'
import type { Visit } from './types'
import { useCalled } from './useCalled'
import type { CaptionsHere } from './useCaptions'

// So much of one caption is shown that three lines hold it on a phone; all of it can be read out.
const shown = 84

function useNames(visit: Visit) {
  const { locale } = useWords()
  const called = useCalled()
  const nameOf = (seat: string): string => {
    const person = visit.people.find((one) => one.seat === seat)
    return person ? called(person) : ''
  }
  return { nameOf, list: (seats: string[]) => listOf(seats.map(nameOf).filter(Boolean), locale) }
}

/** What is said, over the picture: at most three lines, with who says it. It is not read out by itself, for who listens hears it. */
export function CaptionLines({ visit, here: { view } }: { visit: Visit; here: CaptionsHere }) {
  const { t } = useWords()
  const { nameOf } = useNames(visit)
  if (!view.wants) return null
  return (
    <div className={css.lines} role="log" aria-live="off" aria-label={t('captions.lines')} data-quiet={view.quiet || undefined}>
      <ul>
        {view.lines.map(({ seat, n, text, lang }) => {
          const end = tail(text, shown)
          const before = text.slice(0, text.length - end.length)
          return <li key={`${seat} ${n}`}><b>{nameOf(seat)}:</b> <span lang={lang || undefined} dir="auto">{before && <span className="sr">{before}</span>}{end}</span></li>
        })}
      </ul>
    </div>
  )
}

const tellable = ['yes', 'open', 'loading', 'no', 'cannot'] as const

/** Who asked, what one answers to it, and whose words one sees as text. */
export function CaptionsBar({ visit, here, className = '' }: { visit: Visit; here: CaptionsHere; className?: string }) {
  const { wants, asked } = here.view
  return (
    <div className={`${css.place} ${className}`}>
      {asked.length > 0 && <Own visit={visit} here={here} />}
      {wants && <Others visit={visit} here={here} />}
    </div>
  )
}

/** Somebody asked, and there is no answer from here yet. What this browser cannot do is no question. */
export const hasCaptionsAsk = ({ view: { asked, own, able } }: CaptionsHere): boolean => asked.length > 0 && own === 'open' && able !== undefined

/** Only what is to be answered, where there is no room for the rest. */
export function CaptionsAsk({ visit, here, className = '' }: { visit: Visit; here: CaptionsHere; className?: string }) {
  if (!hasCaptionsAsk(here) && here.view.own !== 'loading') return null
  return <div className={`${css.place} ${className}`}><Own visit={visit} here={here} /></div>
}

/** The own words: nothing is made of them unless their person says so, and they can take it back at any time. */
function Own({ visit, here: { captions, view } }: { visit: Visit; here: CaptionsHere }) {
  const { t } = useWords()
  const { list } = useNames(visit)
  const [seen, setSeen] = useState(false)
  const names = list(view.asked)
  const count = view.asked.length
  if (view.own === 'cannot') {
    if (seen) return null
    return <div className={css.bar}><p role="status">{t('captions.asked', { names, count })} {t('captions.youCannot')}</p><Button variant="default" onClick={() => setSeen(true)}>{t('captions.seen')}</Button></div>
  }
  if (view.own === 'loading') return <div className={css.bar}><p role="status">{t('captions.busy')}</p><Button variant="default" onClick={() => captions?.answer('no')}>{t('captions.stop')}</Button></div>
  if (view.own === 'yes') return <div className={css.bar}><p role="status">{t('captions.on', { names })}</p><Button variant="default" onClick={() => captions?.answer('no')}>{t('captions.stop')}</Button></div>
  const load = view.able === 'download'
  const agree = () => (load ? void captions?.load() : captions?.answer('yes'))
  if (view.own === 'no') return <div className={css.bar}><p role="status">{t('captions.off')}</p><Button variant="default" onClick={agree}>{load ? t('captions.load') : t('captions.again')}</Button></div>
  // What the browser can do is asked first: nobody agrees to what cannot be.
  if (!view.able) return null
  return (
    <section className={css.ask} role="alertdialog" aria-label={t('captions.asked', { names, count })} aria-describedby="captions-words">
      <h2>{t('captions.asked', { names, count })}</h2>
      <p id="captions-words">{t('captions.text')}{load && ` ${t('captions.loadText')}`}</p>
      <div className={css.buttons}>
        <Button onClick={agree}>{load ? t('captions.load') : t('captions.yes')}</Button>
        <Button variant="default" onClick={() => captions?.answer('no')}>{t('captions.no')}</Button>
      </div>
    </section>
  )
}

/** Of whom there are captions, of whom there are none, and why. */
function Others({ visit, here: { view } }: { visit: Visit; here: CaptionsHere }) {
  const { t } = useWords()
  const { list } = useNames(visit)
  const seats = new Map<Gives, string[]>()
  for (const { seat, me, state } of visit.people) {
    if (me || state !== 'in') continue
    const gives = view.given.get(seat) ?? 'open'
    seats.set(gives, [...(seats.get(gives) ?? []), seat])
  }
  return (
    <div className={css.others} role="status">
      {seats.size === 0 && <p>{t('captions.alone')}</p>}
      {tellable.map((gives) => {
        const of = seats.get(gives)
        return of && <p key={gives} data-gives={gives}>{t(`captions.given.${gives}`, { names: list(of), count: of.length })}</p>
      })}
    </div>
  )
}

import type { Note } from '../../api/types'
import { fullDate } from '../../format/date'
import { Face } from '../../ui/Face'
import { useWords } from '../../ui/useWords'
import css from '../result/result.module.css'

/** What somebody of the team wrote about this, with who and when before the words. */
export function Notes({ notes }: { notes: Note[] }) {
  const { t, locale, clock } = useWords()
  return notes.map((note, at) => (
    <section key={at} className={css.card} aria-label={t('result.note')}>
      <div className={css.from}>
        {note.who && <Face name={note.who} />}
        <div>
          <h2>{note.who ? t('result.noteFrom', { who: note.who }) : t('result.note')}</h2>
          {note.at && <p className="meta">{fullDate(note.at, locale, clock.zone)}</p>}
        </div>
      </div>
      <p className={css.noteText}>{note.text}</p>
    </section>
  ))
}

import type { Document } from '../../api/types'
import { AnchorButton } from '../../ui/Button'
import { useWords } from '../../ui/useWords'
import css from '../result/result.module.css'

const kinds: Record<string, string> = { 'application/pdf': 'PDF', 'text/plain': 'Text', 'text/html': 'Web page', 'image/jpeg': 'JPEG', 'image/png': 'PNG', 'text/rtf': 'RTF' }

function sizeOf(bytes: number, locale: string): string {
  const [number, unit] = bytes >= 1_000_000 ? [bytes / 1_000_000, 'MB'] : [Math.max(1, Math.round(bytes / 1000)), 'kB']
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(number)} ${unit}`
}

/** A letter as text on the page when it is text, else as a file to open. */
export function DocumentView({ document }: { document: Document }) {
  const { t, locale } = useWords()
  const type = document.contentType.split(';')[0] ?? ''
  return (
    <section className={css.card} aria-label={t('entry.documentPage')}>
      {document.text ? <div className={css.noteText} style={{ marginTop: 0 }}>{document.text}</div>
        : <p className="dim">{document.url ? t('entry.noText') : t('entry.noContent')}</p>}
      {document.pictures && document.pictures.length > 0 && (
        <ul className={css.pictures} aria-label={t('entry.pictures')}>
          {document.pictures.map((one) => (
            <li key={one.url}><a href={one.url} target="_blank" rel="noopener"><img src={one.url} alt={one.title} loading="lazy" /><span>{one.title}</span><span className="sr"> {t('entry.newTab')}</span></a></li>
          ))}
        </ul>
      )}
      {document.url && (
        <p className="no-print" style={{ marginTop: 16 }}>
          <AnchorButton href={document.url} target="_blank" rel="noopener" variant="default" icon="download">{t('entry.openDocument')}</AnchorButton>
          <span className="meta" style={{ display: 'block', marginTop: 6 }}>
            {document.size ? t('entry.size', { type: kinds[type] ?? type, size: sizeOf(document.size, locale) }) : (kinds[type] ?? type)}
          </span>
        </p>
      )}
    </section>
  )
}

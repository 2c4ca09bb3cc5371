import { Fragment } from 'react'
import { useWords } from '../ui/useWords'
import css from './conversation.module.css'
import { blocksOf, type Span } from './markup'

/** What somebody wrote, with the little that it may be formatted by. Links say where they lead. */
export function RichText({ text, lang }: { text: string; lang?: string }) {
  if (!text) return null
  return (
    <div className={css.text} lang={lang}>
      {blocksOf(text).map((block, at) => {
        if (block.kind === 'list') {
          const items = block.items.map((item, n) => <li key={n}><Spans spans={item} /></li>)
          return block.ordered ? <ol key={at}>{items}</ol> : <ul key={at}>{items}</ul>
        }
        return <p key={at}>{block.lines.map((line, n) => <Fragment key={n}>{n > 0 && '\n'}<Spans spans={line} /></Fragment>)}</p>
      })}
    </div>
  )
}

function Spans({ spans }: { spans: Span[] }) {
  const { t } = useWords()
  return spans.map((span, at) => {
    switch (span.kind) {
      case 'bold': return <strong key={at}>{span.text}</strong>
      case 'italic': return <em key={at}>{span.text}</em>
      case 'link': return (
        <Fragment key={at}>
          <a href={span.href} target="_blank" rel="noopener noreferrer nofollow">{span.text}</a>{' '}
          <span className={css.host}>{t('message.link', { host: span.host })}</span>
        </Fragment>
      )
      default: return <Fragment key={at}>{span.text}</Fragment>
    }
  })
}

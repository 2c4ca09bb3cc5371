import { useQuery } from '@tanstack/react-query'
import { Button } from '../ui/Button'
import { Card, Dot } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { askedOf, useSource } from './source'
import css from './visit.module.css'

/** That there are questions, or that they are answered; nothing at all where none are put. */
export function QuestionsCard({ onOpen }: { onOpen: () => void }) {
  const { t } = useWords()
  const asked = useQuery(askedOf(useSource())).data
  if (!asked?.form || !asked.may) return null
  const { state, form } = asked
  return (
    <Card pad className={css.block} label={t('form.page')}>
      <div className={css.ask}>
        <Dot tone="accent"><Icon name={state === 'done' ? 'done' : 'pen'} /></Dot>
        <div className="grow">
          <p className="strong">{t(state === 'done' ? 'form.cardDone' : state === 'draft' ? 'form.cardDraft' : 'form.card')}</p>
          <p className="dim">{state === 'done' ? t('form.cardDoneText') : t('form.cardText', { count: Math.max(2, Math.ceil(form.items.length / 3)) })}</p>
        </div>
      </div>
      <Button wide variant="default" onClick={onOpen}>{t(state === 'done' ? 'form.change' : state === 'draft' ? 'form.goOn' : 'form.open')}</Button>
    </Card>
  )
}

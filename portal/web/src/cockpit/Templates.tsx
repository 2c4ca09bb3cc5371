import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { Button } from '../ui/Button'
import { Said, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import type { NoteBody } from '../visits/types'
import { desk, phrasesQuery, type FillPhrase } from './calls'
import { asTemplate, isTemplate, withTemplate } from './plan'
import css from './plan.module.css'

/** A template goes under what is written. */
export function Templates({ fill, current, write }: { fill: FillPhrase; current(): NoteBody; write(change: Partial<NoteBody>): void }) {
  const { t } = useWords()
  const said = useErrorText()
  const queries = useQueryClient()
  const templates = (useQuery(phrasesQuery).data?.items ?? []).filter(({ text }) => isTemplate(text))
  const [keeping, setKeeping] = useState(false)
  const [name, setName] = useState('')
  const [told, setTold] = useState('')
  const [problem, setProblem] = useState('')
  const attempt = async (doing: () => Promise<void>) => {
    setProblem('')
    setTold('')
    try {
      await doing()
    } catch (error) {
      setProblem(said(error))
    }
  }
  const use = (chosen: string) => attempt(async () => {
    const { text } = await fill(chosen)
    write(withTemplate(current(), text)) // with what was typed while it came
  })
  const keep = () => attempt(async () => {
    const as = name.trim().replace(/^\./, '').toLowerCase()
    await take(desk.PUT('/clinic/phrases/{name}', { params: { path: { name: as } }, body: { text: asTemplate(current()) } }))
    setKeeping(false)
    setName('')
    setTold(t('plan.kept', { name: as }))
    await queries.invalidateQueries({ queryKey: phrasesQuery.queryKey })
  })
  return (
    <div className={css.templates}>
      <div className={css.row}>
        {templates.length > 0 && (
          <select aria-label={t('plan.template')} value="" onChange={(event) => { if (event.target.value) void use(event.target.value) }}>
            <option value="">{t('plan.templateNone')}</option>
            {templates.map((one) => <option key={`${one.name} ${one.clinic}`} value={one.name}>{one.name}</option>)}
          </select>
        )}
        <button type="button" className={css.bare} aria-expanded={keeping} onClick={() => setKeeping(!keeping)}>{t('plan.keep')}</button>
      </div>
      <p className="meta">{t('plan.phrases')}</p>
      {keeping && (
        <div className={css.row}>
          <label className="grow">{t('plan.keepName')}<input value={name} maxLength={40} autoCapitalize="none" onChange={(event) => setName(event.target.value)} /></label>
          <Button variant="default" onClick={() => void keep()}>{t('plan.keepGo')}</Button>
        </div>
      )}
      {told && <Said>{told}</Said>}
      {problem && <p className={css.problem} role="alert">{problem}</p>}
    </div>
  )
}

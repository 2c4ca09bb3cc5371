import { useState } from 'react'
import { LineField } from '../care/Field'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './phrases.module.css'

const fields = ['first', 'patient', 'age', 'visit', 'medicines', 'today', 'me'] as const

/** What a phrase can take from the chart, each by one press; a result by its name. */
export function ChartFields({ onPut }: { onPut: (field: string) => void }) {
  const { t } = useWords()
  const [test, setTest] = useState('')
  const [missing, setMissing] = useState(false)
  const putTest = () => {
    const name = test.replace(/[{}\n]/g, '').trim()
    setMissing(!name)
    if (!name) return
    onPut(`{result:${name}}`)
    setTest('')
  }
  return (
    <fieldset className={css.fields}>
      <legend>{t('phrases.fields')}</legend>
      <div className={css.acts}>{fields.map((field) => <Button key={field} variant="default" icon="plus" onClick={() => onPut(`{${field}}`)}>{t(`phrases.field.${field}`)}</Button>)}</div>
      <div className={css.test}>
        <LineField
          label={t('phrases.test')} hint={t('phrases.testHint')} error={missing ? t('phrases.needTest') : undefined} value={test} maxLength={60} onValue={setTest}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault() // the phrase is not saved by it
            putTest()
          }}
        />
        <Button variant="default" icon="plus" onClick={putTest}>{t('phrases.testGo')}</Button>
      </div>
    </fieldset>
  )
}

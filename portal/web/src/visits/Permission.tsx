import { useState } from 'react'
import { useWords } from '../ui/useWords'
import { helpOf, helps, type Help } from './browser'
import css from './check.module.css'
import { art } from './helpArt'

const steps = ['one', 'two', 'three'] as const

/** How a browser is told to let the page use the camera: in three steps with a picture each, for the browser at hand and for the others. */
export function Permission() {
  const { t } = useWords()
  const [help, setHelp] = useState<Help>(() => helpOf(navigator.userAgent, navigator.maxTouchPoints))
  return (
    <>
      <p><b>{t('help.title')}</b> {t('help.lead')}</p>
      <p className={css.which}>{t(`help.name.${help}`)}</p>
      <ol className={css.steps}>
        {steps.map((step, at) => (
          <li key={step}>
            <span className={css.art} role="img" aria-label={t('help.picture', { n: at + 1 })}>{art[help][at]}</span>
            <span><b aria-hidden="true">{at + 1}. </b>{t(`help.${help}.${step}`)}</span>
          </li>
        ))}
      </ol>
      <details className={css.picks}>
        <summary>{t('help.other')}</summary>
        <div role="group" aria-label={t('help.which')} className={css.others}>
          {helps.map((one) => <button key={one} type="button" aria-pressed={one === help} onClick={() => setHelp(one)}>{t(`help.name.${one}`)}</button>)}
        </div>
      </details>
    </>
  )
}

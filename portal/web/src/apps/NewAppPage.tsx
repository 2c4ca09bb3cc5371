import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useStepUp } from '../account/StepUp'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { LinkButton } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { Said } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { AppForm } from './AppForm'
import css from './apps.module.css'
import { addApp, appsKey, type Says } from './calls'
import { empty, kinds, type Kind } from './says'
import { Copied, SecretCard } from './SecretCard'

/** First what the app is, in plain words; then what there is to say about such an app. */
export function NewAppPage() {
  const { t } = useWords()
  usePageTitle(t('apps.add'))
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [kind, setKind] = useState<Kind | undefined>()
  const add = useMutation({
    mutationFn: (says: Says) => stepUp.run(() => addApp(says)),
    onSuccess: () => void queries.invalidateQueries({ queryKey: appsKey }),
  })
  const made = add.data === 'cancelled' ? undefined : add.data
  return (
    <div className={css.page}>
      <PageHead title={made ? made.app.name : t('apps.add')} back={<BackLink to="/clinic/apps" place={t('apps.back')} />} />
      {made ? (
        <>
          <Said>{t('apps.registered')}</Said>
          {made.secret && <SecretCard secret={made.secret} />}
          <SectionCard title={t('apps.id')}><Copied label={t('apps.id')} value={made.app.id} /></SectionCard>
          <p><LinkButton to="/clinic/apps/$app" params={{ app: made.app.id }} variant="default">{t('apps.open')}</LinkButton></p>
        </>
      ) : (
        <>
          <fieldset className={css.group}>
            <legend>{t('apps.choose')}</legend>
            {kinds.map((one) => (
              <label key={one} className={css.pick} data-on={kind === one || undefined}>
                <input type="radio" name="kind" checked={kind === one} onChange={() => { setKind(one); add.reset() }} />
                <span><b>{t(`apps.choice.${one}`)}</b><span className="dim">{t(`apps.choiceText.${one}`)}</span></span>
              </label>
            ))}
          </fieldset>
          {kind && <AppForm key={kind} kind={kind} start={empty} button={t('apps.register')} busy={add.isPending} error={add.error} onSend={(says) => add.mutate(says)} />}
        </>
      )}
      {stepUp.dialog}
    </div>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { phrasesQuery, work, type Phrase } from '../inbox/calls'
import { InboxBack } from '../out/InboxBack'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { PhraseForm } from './PhraseForm'
import css from './phrases.module.css'

const keyOf = ({ name, clinic }: { name: string; clinic: boolean }) => `${clinic} ${name}`

/** One's own phrases and those for everybody; beside the list the one that is read or changed. */
export function PhrasesPage() {
  const { t } = useWords()
  usePageTitle(t('phrases.page'))
  const text = useErrorText()
  const admin = useMe().account.roles?.includes('admin') ?? false
  const queries = useQueryClient()
  const list = useQuery(phrasesQuery)
  const items = list.data?.items ?? []
  const [open, setOpen] = useState<{ key: string; phrase: Phrase }>()
  const [gone, setGone] = useState<Phrase>()
  const begin = (phrase: Phrase) => { setGone(undefined); setOpen({ key: crypto.randomUUID(), phrase }) }
  const again = () => queries.invalidateQueries({ queryKey: phrasesQuery.queryKey })
  const drop = useMutation({
    mutationFn: ({ name, clinic }: Phrase) => take(work.DELETE('/clinic/phrases/{name}', { params: { path: { name }, query: { clinic } } })),
    onSuccess: (_, phrase) => { setOpen(undefined); setGone(phrase); void again() },
  })
  const undo = useMutation({
    mutationFn: ({ name, text: words, clinic }: Phrase) => take(work.PUT('/clinic/phrases/{name}', { params: { path: { name } }, body: { text: words, clinic } })),
    onSuccess: () => { setGone(undefined); void again() },
  })
  const fresh: Phrase = { name: '', text: '', clinic: false }
  const error = drop.error ?? undo.error
  const part = (title: string, of: Phrase[]) => of.length > 0 && (
    <section aria-label={title} className={css.part}>
      <h2>{title}</h2>
      <Card rows>
        {of.map((one) => (
          <button key={keyOf(one)} type="button" className={css.row} aria-current={open?.phrase.version && keyOf(open.phrase) === keyOf(one) ? true : undefined} onClick={() => begin(one)}>
            <b>.{one.name}</b>{one.clinic && items.some((other) => !other.clinic && other.name === one.name) && <Tag tone="outline">{t('phrases.over')}</Tag>}
            <span className={css.start}>{one.text}</span>
          </button>
        ))}
      </Card>
    </section>
  )
  return (
    <div className={css.page} data-open={open ? true : undefined}>
      <div className={css.head}><PageHead title={t('phrases.page')} back={<>{open && <button type="button" className={css.back} onClick={() => setOpen(undefined)}><Icon name="back" size={20} />{t('phrases.list')}</button>}<div className={css.parent}><InboxBack /></div></>} /></div>
      <div className={css.list}>
        <p className="dim measure">{t('phrases.lead')}</p>
        {error && <ErrorSummary errors={[{ message: text(error) }]} />}
        {gone && <div className={css.gone}><Said>{t('phrases.removed')}</Said><Button variant="default" loading={undo.isPending} onClick={() => undo.mutate(gone)}>{t('phrases.undo')}</Button></div>}
        <div><Button variant={open ? 'default' : 'filled'} icon="plus" onClick={() => begin(fresh)}>{t('phrases.add')}</Button></div>
        {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
          : !list.data ? <Skeleton heights={[56, 56, 56]} />
          : items.length === 0 ? <Empty icon="pen" title={t('phrases.none')} text={t('phrases.noneText')} />
          : <>{part(t('phrases.mine'), items.filter(({ clinic }) => !clinic))}{part(t('phrases.clinic'), items.filter(({ clinic }) => clinic))}</>}
      </div>
      {open && (
        <div className={css.one}>
          <PhraseForm
            key={open.key} phrase={open.phrase} admin={admin} removing={drop.isPending}
            onSaved={(phrase) => { setOpen({ key: open.key, phrase }); void again() }} onRemove={() => drop.mutate(open.phrase)} onCopy={({ name, text: words }) => begin({ name, text: words, clinic: false })}
          />
        </div>
      )}
    </div>
  )
}

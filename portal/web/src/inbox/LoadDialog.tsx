import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { loadQuery } from './calls'
import css from './inbox.module.css'

/** How much lies with whom of a pool: numbers, and no message. */
export function LoadDialog({ pool, opened, onClose }: { pool: string; opened: boolean; onClose: () => void }) {
  const { t } = useWords()
  const load = useQuery({ ...loadQuery(pool), enabled: opened })
  return (
    <Modal opened={opened} onClose={onClose} title={t('inbox.load')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      {load.error ? <LoadError error={load.error} onRetry={() => void load.refetch()} /> : !load.data ? <Skeleton heights={[120]} /> : (
        <div className={css.scroll} tabIndex={0} role="region" aria-label={t('inbox.load')}>
          <table className={css.table}>
            <thead><tr><th scope="col">{t('inbox.loadName')}</th><th scope="col">{t('inbox.loadOpen')}</th><th scope="col">{t('inbox.loadLate')}</th><th scope="col">{t('inbox.loadMedian')}</th></tr></thead>
            <tbody>
              {load.data.items.map((one) => (
                <tr key={one.account}><th scope="row">{one.out ? t('inbox.isOut', { name: one.name }) : one.name}</th><td>{one.open}</td><td>{one.overdue}</td><td>{one.answered > 0 ? t('inbox.minutes', { count: one.median }) : '–'}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Modal>
  )
}

import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './composer.module.css'
import { kindOf } from './photo'
import { fileAddress, smallAddress } from './upload'
import type { Files, Upload } from './useFiles'

/** The files of a message that is being written, each with how far it is. */
export function FileList({ patient, files }: { patient: string; files: Files }) {
  const { t } = useWords()
  if (files.files.length === 0) return null
  return (
    <ul className={css.fileList} aria-label={t('message.files')}>
      {files.files.map((file) => {
        const bad = file.state === 'refused' || file.state === 'failed'
        return (
          <li key={file.id} className={css.fileItem} data-bad={bad || undefined}>
            {file.state === 'ready' && kindOf(file.contentType) === 'photo' ? <img src={smallAddress(patient, file.id)} alt="" width={48} height={48} /> : <span className={css.thumb}><Icon name={bad ? 'alert' : 'letter'} size={22} /></span>}
            <span className="grow">
              <b>{file.title}</b>
              <span className="meta" role="status"><FileState file={file} /></span>
              {file.state === 'ready' && kindOf(file.contentType) === 'sound' && <audio controls preload="none" src={fileAddress(patient, file.id)} aria-label={file.title} />}
              {file.state === 'sending' && <progress max={1} value={file.progress} aria-label={file.title} />}
            </span>
            {file.state === 'failed' && <Button variant="default" onClick={() => files.again(file.id)}>{t('message.file.again')}</Button>}
            <button type="button" className={css.drop} aria-label={t('message.file.remove', { title: file.title })} onClick={() => files.drop(file.id)}><Icon name="cross" size={20} /></button>
          </li>
        )
      })}
    </ul>
  )
}

function FileState({ file }: { file: Upload }) {
  const { t } = useWords()
  switch (file.state) {
    case 'ready': return t('message.file.ready')
    case 'preparing': return t('message.file.preparing')
    case 'sending': return t('message.file.sending', { percent: Math.round(file.progress * 100) })
    default: return file.why ?? ''
  }
}

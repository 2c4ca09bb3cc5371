import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './conversation.module.css'
import type { Attachment } from './types'
import { fileAddress } from './upload'

// What every browser shows by itself; the rest is a file to open.
const shown = /^image\/(jpeg|png|webp|gif)$/

/** Photos as pictures, everything else as a file; both open beside the conversation. */
export function Attachments({ patient, files, from }: { patient: string; files: Attachment[]; from: string }) {
  const { t } = useWords()
  if (files.length === 0) return null
  return (
    <ul className={css.files}>
      {files.map((file) => {
        const picture = shown.test(file.contentType)
        return (
          <li key={file.id}>
            <a href={fileAddress(patient, file.id)} target="_blank" rel="noopener" className={picture ? css.picture : css.file}>
              {picture ? <img src={fileAddress(patient, file.id)} alt={from} loading="lazy" width={220} height={165} /> : <><Icon name="letter" size={22} /><span>{file.title || t('message.file.document')}</span></>}
              <span className="sr"> {t('message.newTab')}</span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}

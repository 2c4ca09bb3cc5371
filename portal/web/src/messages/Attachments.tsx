import { useState } from 'react'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './conversation.module.css'
import type { Attachment } from './types'
import { fileAddress, smallAddress } from './upload'

// What every browser shows by itself; the rest is a file to open.
const shown = /^image\/(jpeg|png|webp|gif)$/
const made = /^image\/(jpeg|png|gif)$/
const heard = /^audio\//

/** Photos as pictures, recordings to listen to, everything else as a file; all open beside the conversation. */
export function Attachments({ patient, files, from }: { patient: string; files: Attachment[]; from: string }) {
  if (files.length === 0) return null
  return <ul className={css.files}>{files.map((file) => <li key={file.id}><One patient={patient} file={file} from={from} /></li>)}</ul>
}

function One({ patient, file, from }: { patient: string; file: Attachment; from: string }) {
  const { t } = useWords()
  const whole = fileAddress(patient, file.id)
  // A small picture is made for most; of the others, and of one too large to be made small, the whole one.
  const [small, setSmall] = useState(made.test(file.contentType))
  const title = file.title || t(heard.test(file.contentType) ? 'message.record.title' : 'message.file.document')
  if (heard.test(file.contentType)) return <audio className={css.sound} controls preload="none" src={whole} aria-label={title} />
  const picture = shown.test(file.contentType)
  return (
    <a href={whole} target="_blank" rel="noopener" className={picture ? css.picture : css.file}>
      {picture ? <img src={small ? smallAddress(patient, file.id) : whole} alt={from} loading="lazy" width={220} height={165} onError={() => setSmall(false)} /> : <><Icon name="letter" size={22} /><span>{title}</span></>}
      <span className="sr"> {t('message.newTab')}</span>
    </a>
  )
}

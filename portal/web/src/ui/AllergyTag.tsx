import { useTranslation } from 'react-i18next'
import { plainTitle } from '../format/titles'
import { Tag } from './Card'
import { Icon } from './Icon'

/** An allergy is said in full and in red, wherever a person is treated. */
export function AllergyTag({ title, reaction }: { title: string; reaction?: string }) {
  const { t } = useTranslation()
  return (
    <Tag tone="urgent" icon={<Icon name="alert" size={14} strokeWidth={2} />}>
      <span className="sr">{t('record.allergyTag', { name: '' })}</span>
      {plainTitle(title)}{reaction ? `: ${reaction}` : ''}
    </Tag>
  )
}

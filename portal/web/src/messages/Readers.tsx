import { listOf } from '../format/locale'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './messages.module.css'
import type { MessageOptions } from './types'

const named = 3

/** Who will read what is written here: at the clinic, and of those whom the patient let in. */
export function Readers({ options, owner }: { options: MessageOptions | undefined; owner?: string }) {
  const { t, locale } = useWords()
  const team = options?.audience ?? []
  const carers = options?.caregivers ?? []
  const people = team.slice(0, named).map(({ name, role }) => `${name} (${t(`message.role.${role}`)})`)
  const list = [owner, owner && t('message.self'), ...carers.map(({ name }) => name), ...people].filter((one): one is string => Boolean(one))
  const more = team.length - people.length
  const text = !options ? '\u00a0' : team.length === 0 && list.length === 0 ? t('message.readersTeam')
    : more > 0 ? t('message.readersMore', { list: list.join(', '), count: more }) : t('message.readers', { list: listOf(list, locale) })
  const part = carers.filter((one) => one.part).map(({ name }) => name)
  return (
    <p className={css.readers}>
      <Icon name="eye" size={20} />
      <span>
        {text}
        {options?.others && `. ${t('message.readersOthers', { name: owner ?? '' })}`}
        {part.length > 0 && `. ${t('message.readersPart', { list: listOf(part, locale), count: part.length })}`}
      </span>
    </p>
  )
}

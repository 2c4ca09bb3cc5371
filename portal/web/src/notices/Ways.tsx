import { Switch } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { take } from '../api/client'
import { Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './notices.module.css'
import { NumberForm } from './NumberForm'
import { api, tellingQuery, type Channel, type Telling } from './queries'
import { RingHere } from './RingHere'
import '@mantine/core/styles/Switch.css'
import '@mantine/core/styles/InlineInput.css'

/** The ways to be told, in the order in which they are tried until it was seen. */
export function Ways({ now, change }: { now: Telling; change: (part: Partial<Telling>) => void }) {
  const { t } = useWords()
  const move = (channel: Channel) => {
    const order = [...now.order]
    const at = order.indexOf(channel)
    const before = order[at - 1]
    if (!before) return
    order[at - 1] = channel
    order[at] = before
    change({ order })
  }
  const help: Record<Channel, string> = {
    push: !now.push.works ? t('notices.pushOff') : t('notices.pushHelp'),
    email: !now.email.address ? t('notices.emailNone') : !now.email.works ? t('notices.emailOff') : t('notices.emailTo', { address: now.email.address }),
    sms: !now.sms.works ? t('notices.smsOff') : now.sms.number ? t('notices.smsTo', { number: now.sms.number }) : t('notices.smsNone'),
  }
  return (
    <Card pad>
      <h3>{t('notices.ways')}</h3>
      <p className="meta">{t('notices.waysHelp')}</p>
      <ol className={css.ways}>
        {now.order.map((channel, i) => (
          <li key={channel}>
            <div className={css.way}>
              <Switch
                label={t(`notices.way.${channel}`)} description={help[channel]} checked={now[channel].on && Boolean(now[channel].works)} disabled={!now[channel].works}
                onChange={(event) => change({ [channel]: { ...now[channel], on: event.currentTarget.checked } })}
              />
              {i > 0 && <button type="button" className={css.up} aria-label={t('notices.earlier', { way: t(`notices.way.${channel}`) })} title={t('notices.earlier', { way: t(`notices.way.${channel}`) })} onClick={() => move(channel)}><Icon name="up" size={20} /></button>}
            </div>
            {channel === 'push' && now.push.works && now.push.on && <RingHere now={now} />}
            {channel === 'email' && now.email.failing && <MailFails address={now.email.address ?? ''} />}
            {channel === 'sms' && now.sms.works && now.sms.on && <NumberForm now={now} />}
          </li>
        ))}
      </ol>
    </Card>
  )
}

function MailFails({ address }: { address: string }) {
  const { t } = useWords()
  const queries = useQueryClient()
  const again = useMutation({
    mutationFn: () => take(api.POST('/me/notifications/email/again', {})),
    onSuccess: () => queries.invalidateQueries({ queryKey: tellingQuery.queryKey }),
  })
  return (
    <div className={css.trouble}>
      <Icon name="alert" size={20} />
      <p>{t('notices.emailFails', { address })}</p>
      <Button variant="default" loading={again.isPending} onClick={() => again.mutate()}>{t('notices.emailAgain')}</Button>
    </div>
  )
}

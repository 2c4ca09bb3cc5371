import { Modal, Switch } from '@mantine/core'
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import { AdminProof } from '../account/AdminProof'
import { Banners } from '../shell/Banners'
import { SessionGuard } from '../shell/SessionGuard'
import { useMe } from '../shell/useMe'
import { Face } from '../ui/Face'
import { BrandMark, Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { KeyLineContext, keysOn, setKeysOn, useGoKeys, useKeys, type KeyHint } from './keys'
import css from './shell.module.css'
import '@mantine/core/styles/Switch.css'
import '@mantine/core/styles/InlineInput.css'

const Bell = lazy(() => import('../notices/Bell'))
const GlassBanner = lazy(() => import('../care/GlassBanner'))
const careRoles = ['clinician', 'nurse', 'frontdesk'] as const

/** The clinic's frame: a rail, the page, and the keys of the page at the foot. */
export function ClinicShell() {
  const { t } = useWords()
  const me = useMe()
  const roles = me.account.roles ?? []
  const [enabled, setEnabled] = useState(keysOn)
  const [hints, setHints] = useState<KeyHint[]>([])
  const [help, setHelp] = useState(false)
  const keyLine = useMemo(() => ({ enabled, show: setHints }), [enabled])
  // A chart is a room of the list of patients.
  const onPatients = useLocation({ select: ({ pathname }) => /^\/clinic(\/p\/|\/?$)/.test(pathname) })
  const seesPatients = careRoles.some((role) => roles.includes(role))
  const answers = roles.includes('clinician') || roles.includes('nurse')
  const unread = me.inboxUnread ?? 0
  return (
    <KeyLineContext value={keyLine}>
      <HelpKey onHelp={() => setHelp(true)} />
      {seesPatients && <GoKeys answers={answers} />}
      <div className={css.frame}>
        <header className={`${css.rail} no-print`}>
          <Link to="/clinic" className={css.brand} aria-label={t('brand')}><BrandMark /></Link>
          <nav aria-label={t('shell.main')} className={css.nav}>
            {seesPatients && <Link to="/clinic/today" aria-label={t('clinic.nav.today')} title={t('clinic.nav.today')}><Icon name="calendar" size={21} /></Link>}
            {answers && (
              <Link to="/clinic/inbox" aria-label={unread > 0 ? `${t('clinic.nav.inbox')}, ${t('shell.unseen', { count: unread })}` : t('clinic.nav.inbox')} title={t('clinic.nav.inbox')} activeOptions={{ includeSearch: false }}>
                <Icon name="inbox" size={21} />{unread > 0 && <span className={css.count} aria-hidden="true">{unread > 99 ? '99+' : unread}</span>}
              </Link>
            )}
            {seesPatients && <Link to="/clinic/asks" aria-label={t('clinic.nav.asks')} title={t('clinic.nav.asks')} activeOptions={{ includeSearch: false }}><Icon name="pill" size={21} /></Link>}
            <Link to="/clinic" activeOptions={{ exact: true }} aria-label={t('clinic.nav.patients')} title={t('clinic.nav.patients')} {...(onPatients ? { 'aria-current': 'page' as const } : {})}>
              <Icon name={seesPatients ? 'people' : 'home'} size={21} />
            </Link>
            {seesPatients && <Link to="/clinic/work" aria-label={t('clinic.nav.work')} title={t('clinic.nav.work')}><Icon name="list" size={21} /></Link>}
            {roles.includes('admin') && <Link to="/clinic/apps" aria-label={t('clinic.nav.apps')} title={t('clinic.nav.apps')}><Icon name="app" size={21} /></Link>}
            {roles.includes('admin') && <Link to="/clinic/pools" aria-label={t('clinic.nav.pools')} title={t('clinic.nav.pools')}><Icon name="people" size={21} /></Link>}
            {roles.includes('admin') && <Link to="/clinic/invitations" aria-label={t('clinic.nav.invitations')} title={t('clinic.nav.invitations')}><Icon name="letter" size={21} /></Link>}
            {roles.includes('privacy') && <Link to="/clinic/privacy" aria-label={t('clinic.nav.privacy')} title={t('clinic.nav.privacy')}><Icon name="shield" size={21} /></Link>}
            {roles.includes('privacy') && <Link to="/clinic/accesses" aria-label={t('clinic.nav.accesses')} title={t('clinic.nav.accesses')}><Icon name="list" size={21} /></Link>}
            {roles.includes('privacy') && !seesPatients && <Link to="/clinic/requests" aria-label={t('clinic.nav.requests')} title={t('clinic.nav.requests')}><Icon name="key" size={21} /></Link>}
            {roles.includes('admin') && (
              <Link to="/clinic/health" aria-label={t('clinic.nav.system')} title={t('clinic.nav.system')}><Icon name="sliders" size={21} /></Link>
            )}
          </nav>
          <span className={css.bell}><Suspense><Bell /></Suspense></span>
          <Link to="/clinic/you" activeOptions={{ exact: true }} className={css.account} title={t('clinic.nav.account')}><Face name={me.account.name} size="s" tone="accent" /><span className="sr">{t('clinic.nav.account')}</span></Link>
        </header>
        <div className={css.column}>
          <Banners />
          {answers && <Suspense><GlassBanner /></Suspense>}
          <main id="content" tabIndex={-1} className={css.main}><Outlet /></main>
          <footer className={`${css.keys} no-print`}>
            {enabled && hints.map((hint) => (
              <span key={hint.says}>{hint.keys.map((key) => <kbd key={key}>{key}</kbd>)} {hint.says}</span>
            ))}
            <button type="button" onClick={() => setHelp(true)}><kbd>?</kbd> {t('clinic.keys')}</button>
          </footer>
        </div>
      </div>
      <Modal opened={help} onClose={() => setHelp(false)} title={t('clinic.keysTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
        <dl className={css.keyList}>
          {([[['J', 'K'], 'move'], [['Enter'], 'open'], [['/'], 'find'], [['F'], 'filter'], [['Esc'], 'clear'], [['B'], 'back'], [['G', 'T'], 'goToday'], ...(answers ? [[['G', 'I'], 'goInbox'] as const] : []), [['G', 'P'], 'goPatients'], [['G', 'R'], 'goAsks'], [['?'], 'all']] as const).map(([keys, name]) => (
            <div key={name}><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{t(`clinic.key.${name}`)}</dd></div>
          ))}
        </dl>
        <p className="meta">{t('clinic.keysOff')}</p>
        <Switch
          mt="md" label={t('clinic.keysSwitch')} checked={enabled}
          onChange={(event) => {
            setEnabled(event.currentTarget.checked)
            setKeysOn(event.currentTarget.checked)
          }}
        />
      </Modal>
      {roles.includes('admin') && <AdminProof />}
      <SessionGuard />
    </KeyLineContext>
  )
}

/** `G` and then the first letter of a page. */
function GoKeys({ answers }: { answers: boolean }) {
  const navigate = useNavigate()
  useGoKeys({ t: () => void navigate({ to: '/clinic/today' }), p: () => void navigate({ to: '/clinic' }), r: () => void navigate({ to: '/clinic/asks' }), ...(answers && { i: () => void navigate({ to: '/clinic/inbox' }) }) })
  return null
}

function HelpKey({ onHelp }: { onHelp: () => void }) {
  useKeys({ '?': onHelp })
  return null
}

import { useMe } from '../shell/useMe'
import { usePageTitle } from '../shell/title'
import { Card, Dot } from '../ui/Card'
import { Icon, type IconName } from '../ui/Icon'
import { LinkRow, Row } from '../ui/Row'
import { useWords } from '../ui/useWords'
import css from './clinic.module.css'
import { PatientList } from './PatientList'
import type { Role } from '../api/types'

const icons: Record<Role, IconName> = { clinician: 'people', nurse: 'people', frontdesk: 'calendar', privacy: 'shield', admin: 'sliders' }

/** Who cares for people finds them here; who does not is told what their role may do. */
export function ClinicHome() {
  const me = useMe()
  const roles = me.account.roles ?? []
  const care = roles.includes('clinician') || roles.includes('nurse') || roles.includes('frontdesk')
  return care ? <PatientList /> : <RoleHome roles={roles} name={me.account.name} />
}

function RoleHome({ roles, name }: { roles: Role[]; name: string }) {
  const { t } = useWords()
  usePageTitle(t('clinic.roleTitle'))
  return (
    <div className={css.narrow}>
      <h1>{t('clinic.roleTitle')}</h1>
      <p className="dim">{t('clinic.whoYouAre', { name })}</p>
      <div className={css.roleCard}>
        <Card rows>
          {roles.length === 0 && <Row title={t('clinic.none_role')} />}
          {roles.map((role) => (
            <Row key={role} title={t(`role.${role}`)} text={t(`clinic.role_${role}`)} lead={<Dot tone="accent"><Icon name={icons[role]} /></Dot>} />
          ))}
          {roles.includes('privacy') && <LinkRow to="/clinic/privacy" title={t('care.privacy')} text={t('care.privacyLead')} lead={<Dot><Icon name="shield" /></Dot>} />}
          {roles.includes('privacy') && <LinkRow to="/clinic/requests" title={t('clinic.nav.requests')} text={t('clinic.requestsText')} lead={<Dot><Icon name="key" /></Dot>} />}
          {(roles.includes('privacy') || roles.includes('admin')) && <LinkRow to="/clinic/blocks" title={t('clinic.nav.blocks')} text={t('clinic.blocksText')} lead={<Dot><Icon name="lock" /></Dot>} />}
          {roles.includes('admin') && <LinkRow to="/clinic/lookup" title={t('care.adminTeams')} text={t('care.adminTeamsText')} lead={<Dot><Icon name="people" /></Dot>} />}
          {roles.includes('admin') && <LinkRow to="/clinic/visit-rules" title={t('clinic.visitRules')} text={t('clinic.visitRulesText')} lead={<Dot><Icon name="video" /></Dot>} />}
          {roles.includes('admin') && <LinkRow to="/clinic/health" title={t('clinic.health')} text={t('clinic.healthText')} lead={<Dot><Icon name="pulse" /></Dot>} />}
          {roles.includes('admin') && <LinkRow to="/clinic/delivery" title={t('clinic.delivery')} text={t('clinic.deliveryText')} lead={<Dot><Icon name="bell" /></Dot>} />}
          {roles.includes('admin') && <LinkRow to="/clinic/apps" title={t('clinic.nav.apps')} text={t('clinic.appsText')} lead={<Dot><Icon name="app" /></Dot>} />}
        </Card>
      </div>
      <h2>{t('clinic.nav.account')}</h2>
      <div className={css.roleCard}>
        <Card rows>
          <LinkRow to="/clinic/you" title={t('account.title')} text={t('clinic.accountText')} lead={<Dot><Icon name="person" /></Dot>} />
          <LinkRow to="/clinic/you/security" title={t('account.security')} text={t('account.securityText')} lead={<Dot><Icon name="lock" /></Dot>} />
          <LinkRow to="/clinic/you/devices" title={t('account.devices')} text={t('account.devicesText')} lead={<Dot><Icon name="device" /></Dot>} />
        </Card>
      </div>
    </div>
  )
}

import { loginUrl } from '../api/auth'
import { AnchorButton } from '../ui/Button'
import { Dot } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { TurnLine } from '../ui/TurnLine'
import { useWords } from '../ui/useWords'
import { SignInFrame } from './SignInFrame'
import css from './signin.module.css'
import { iconOf, isFailure, isOfLinking, type Why } from './why'

/** Where everybody comes in, and where those land whose sign-in did not work: told why, and what to do. */
export function FrontDoor({ returnTo, why }: { returnTo: string; why?: Why }) {
  const { t } = useWords()
  const failed = why !== undefined && isFailure(why)
  const notice = why && (failed ? t(`signIn.why.${why}`) : t(why === 'bye' ? 'signIn.signedOut' : 'signIn.locked'))
  const action = isOfLinking(why) ? t('signIn.goOn') : why === 'not_linked' || why === 'unavailable' ? t('signIn.otherWay') : t('signIn.start')
  return (
    <SignInFrame title={t('signIn.welcomePlain')} lead={t('signIn.doorLead')}>
      {notice && <div role="status"><TurnLine whose={failed ? 'late' : 'them'} owner="" icon={iconOf(why)}>{notice}</TurnLine></div>}
      <AnchorButton wide href={loginUrl(returnTo)}>{action}</AnchorButton>
      <ul className={css.inside}>
        <li><Dot tone="accent"><Icon name="flask" /></Dot>{t('signIn.inside.results')}</li>
        <li><Dot tone="accent"><Icon name="people" /></Dot>{t('signIn.inside.family')}</li>
        <li><Dot tone="accent"><Icon name="eye" /></Dot>{t('signIn.inside.looked')}</li>
      </ul>
    </SignInFrame>
  )
}

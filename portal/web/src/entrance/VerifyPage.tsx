import { useMutation } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { verifyAddress } from '../api/auth'
import { usePageTitle } from '../shell/title'
import { SignInFrame } from '../signin/SignInFrame'
import { AnchorButton, Button } from '../ui/Button'
import { ErrorSummary, Said, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'

/** The link that confirms an address: a button does it, because mail servers open links too. */
export function VerifyPage() {
  const { t } = useWords()
  const text = useErrorText()
  const token = useLocation({ select: (location) => location.hash })
  usePageTitle(t('verify.page'))
  const verify = useMutation({ mutationFn: () => verifyAddress(token) })
  if (verify.isSuccess) {
    return (
      <SignInFrame title={t('verify.page')} lead="">
        <Said>{t('verify.done')}</Said>
        <AnchorButton wide href="/">{t('enter.goOn')}</AnchorButton>
      </SignInFrame>
    )
  }
  return (
    <SignInFrame title={t('verify.title')} lead={t('verify.lead')}>
      {verify.error && <ErrorSummary errors={[{ message: text(verify.error) }]} />}
      <Button wide loading={verify.isPending} onClick={() => verify.mutate()}>{t('verify.yes')}</Button>
    </SignInFrame>
  )
}

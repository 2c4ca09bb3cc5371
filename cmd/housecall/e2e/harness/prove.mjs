// What needs the person once more: asked in place when the last proof is old.
import { codeOf } from './totp.mjs'
import { en } from './words.mjs'

/** Shows again who it is, when that is asked for, until what was wanted is there. */
export async function proven(page, account, wanted) {
  const dialog = page.getByRole('dialog', { name: en('account.stepUpTitle') })
  const { password, secret } = account
  // A code counts once; the next one counts already a little before its time.
  for (const ahead of [0, 30_000]) {
    await dialog.or(wanted).first().waitFor()
    if (!(await dialog.isVisible())) break
    if (secret) await dialog.getByLabel(en('account.stepUpCode'), { exact: true }).fill(codeOf(secret, Date.now() + ahead))
    else await dialog.getByLabel(en('account.stepUpPassword'), { exact: true }).fill(password)
    await dialog.getByRole('button', { name: en('account.stepUpGo'), exact: true }).click()
    if (await dialog.waitFor({ state: 'hidden', timeout: 3_000 }).then(() => true, () => false)) break
  }
  await wanted.waitFor()
}

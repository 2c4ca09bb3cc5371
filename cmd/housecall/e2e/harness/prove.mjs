// What needs the person once more: asked in place when the last proof is old.
import { freshCode } from './totp.mjs'
import { en } from './words.mjs'

/** Shows again who it is, when that is asked for, until what was wanted is there. */
export async function proven(page, account, wanted) {
  const dialog = page.getByRole('dialog', { name: en('account.stepUpTitle') })
  const { password, secret } = account
  for (let times = 0; times < 2; times++) {
    await dialog.or(wanted).first().waitFor()
    if (!(await dialog.isVisible())) break
    if (secret) await dialog.getByLabel(en('account.stepUpCode'), { exact: true }).fill(await freshCode(secret))
    else await dialog.getByLabel(en('account.stepUpPassword'), { exact: true }).fill(password)
    await dialog.getByRole('button', { name: en('account.stepUpGo'), exact: true }).click()
    if (await dialog.waitFor({ state: 'hidden', timeout: 3_000 }).then(() => true, () => false)) break
  }
  await wanted.waitFor()
}

// Signing in as a person does, through the pages.
import { freshCode } from './totp.mjs'
import { en } from './words.mjs'

/** From the start page to the login step of the provider. */
export async function toLogin(page, url, words = en) {
  await page.goto(url)
  await page.getByRole('link', { name: words('signIn.start'), exact: true }).click()
  await page.getByLabel(words('signIn.email'), { exact: true }).waitFor()
}

export async function typePassword(page, { email, password }, words = en) {
  await page.getByLabel(words('signIn.email'), { exact: true }).fill(email)
  await page.getByLabel(words('signIn.password'), { exact: true }).fill(password)
  await page.getByRole('button', { name: words('signIn.withPassword'), exact: true }).click()
}

export async function typeCode(page, secret, words = en) {
  const field = page.getByLabel(words('signIn.code'))
  for (const last of [false, true]) {
    await field.fill(await freshCode(secret))
    await page.getByRole('button', { name: words('signIn.codeGo') }).click()
    if (last || (await field.waitFor({ state: 'hidden', timeout: 4000 }).then(() => true, () => false))) return
  }
}

/** Signs in and waits until the first page of the house is there. */
export async function signIn(page, site, who, words = en) {
  const account = site.accounts[who]
  await toLogin(page, site.url, words)
  await typePassword(page, account, words)
  if (account.secret) await typeCode(page, account.secret, words)
  await page.waitForURL(/\/(clinic|p\/|people)/)
  await page.locator('main h1').first().waitFor()
}

/** Opens the link that an operator's command printed, and chooses a password there as the page does. */
export async function choosePassword(printed, password = 'nine quiet lanterns') {
  const [, origin, token] = /(\S+)\/recovery#(\S{43})/.exec(printed)
  const cookies = new Map()
  for (const [step, body] of [['look', { token }], ['confirm', { token }], ['finish', { token, password }]]) {
    const answer = await fetch(`${origin}/auth/invitation/${step}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', Origin: origin, Cookie: [...cookies].map((one) => one.join('=')).join('; ') }, body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${step}: ${answer.status} ${await answer.text()}`)
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split('=')
      cookies.set(name, value)
    }
  }
  return password
}

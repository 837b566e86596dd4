import { createHmac } from 'node:crypto'
import type { Page } from 'playwright-core'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { axe, makeTeam, PASSWORD, SIZES, signIn, startAtrium, visit } from './people.ts'

const atrium = startAtrium()

/** What an authenticator app shows for a Base32 key (RFC 6238). */
function appCode(secret: string, at = Date.now()): string {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const digest = createHmac('sha1', key).update(counter).digest()
  const number = digest.readUInt32BE(digest.readUInt8(19) & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

async function passwordStep(page: Page, email: string) {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function signOut(page: Page) {
  await page.goto(`${atrium.started.url}/settings`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
}

test('[E2E20] with an authenticator app the password alone opens nothing; the app or a recovery code does', {
  timeout: 60_000,
}, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner' })
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Anna'))
  await page.goto(`${atrium.started.url}/settings/security`)
  await page.getByRole('button', { name: 'Add an authenticator app' }).click()
  await page.getByLabel('Name of the app').fill('Phone')
  await page.keyboard.press('Enter')
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  expect.soft(await axe(page)).toEqual([])
  const secret = ((await page.getByRole('dialog').locator('code').textContent()) ?? '').replaceAll(' ', '')
  await page.getByLabel('Code from the app').fill('000000')
  await page.keyboard.press('Enter')
  await page.getByText('This code is wrong').waitFor()
  await page.getByLabel('Code from the app').fill(appCode(secret))
  await page.keyboard.press('Enter')
  const codes = page.getByRole('dialog', { name: 'Recovery codes' }).getByRole('listitem')
  await codes.first().waitFor()
  expect(await codes.count()).toBe(10)
  const recoveryCode = (await codes.first().textContent()) ?? ''
  await page.getByRole('button', { name: 'I have kept them' }).click()

  await signOut(page)
  await passwordStep(page, team.emailOf('Anna'))
  await page.getByRole('heading', { name: 'Second step' }).waitFor()
  expect.soft(await axe(page)).toEqual([])
  await page.goto(`${atrium.started.url}/people`)
  await page.getByRole('heading', { name: 'Second step' }).waitFor()
  // A code counts once: the one of the next half minute is taken too.
  await page.getByLabel('Code from the app').fill(appCode(secret, Date.now() + 30_000))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'People' }).waitFor()

  await signOut(page)
  await passwordStep(page, team.emailOf('Anna'))
  await page.getByRole('button', { name: 'Use a recovery code' }).click()
  await page.getByLabel('Recovery code', { exact: true }).fill(recoveryCode)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /Settings|Home/ }).waitFor()
  await page.goto(`${atrium.started.url}/settings/security`)
  await page.getByText('9 of 10 codes are left').waitFor()
})

test('[E2E21] a new password needs the old one, is refused when it is common, and ends the other sessions', {
  timeout: 40_000,
}, async () => {
  const team = await makeTeam(atrium.started, { Olga: 'owner' })
  const { page } = await visit(atrium.browser, SIZES.phone)
  await signIn(page, atrium.started, team.emailOf('Olga'))
  await page.goto(`${atrium.started.url}/settings/security`)
  await page.getByText('(this device)').waitFor()
  const places = page.getByRole('list', { name: 'Where you are signed in' }).getByRole('listitem')
  expect(await places.count()).toBe(2)
  const change = async (current: string, next: string) => {
    await page.getByLabel('Password that you have now').fill(current)
    await page.getByLabel('New password', { exact: true }).fill(next)
    await page.getByRole('button', { name: 'Change password' }).click()
  }
  await change('not this one', 'seven boats at sea')
  await page.getByText('This is not the password that you have now.').waitFor()
  await change(PASSWORD, 'password1')
  await page.getByText('on the lists that are tried first').waitFor()
  await change(PASSWORD, 'seven boats at sea')
  await page.getByText('Your new password is set.').waitFor()
  await page.reload()
  await page.getByText('(this device)').waitFor()
  expect(await places.count()).toBe(1)
  expect((await team.as('Olga').auth.refreshSession()).error).not.toBeNull()
})

test('[E2E25] a workspace that asks for a second step opens once it is set up', { timeout: 60_000 }, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const { mfa } = team.as('Anna').auth
  const { data } = await mfa.enroll({ factorType: 'totp', friendlyName: 'Phone' })
  await mfa.challengeAndVerify({ factorId: data?.id ?? '', code: appCode(data?.type === 'totp' ? data.totp.secret : '') })
  await team.as('Anna').rpc('set_workspace_policy', { workspace_id: team.workspace, needs_mfa: true }).throwOnError()
  const { page, complaints } = await visit(atrium.browser, SIZES.phone)
  await page.goto(`${atrium.started.url}/login`)
  await passwordStep(page, team.emailOf('Ben'))
  await page.getByRole('heading', { name: 'Northlight Studio needs two-step sign-in' }).waitFor()
  await page.getByRole('button', { name: 'Add an authenticator app' }).click()
  await page.getByLabel('Name of the app').fill('Phone')
  await page.keyboard.press('Enter')
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  const secret = ((await page.getByRole('dialog').locator('code').textContent()) ?? '').replaceAll(' ', '')
  await page.getByLabel('Code from the app').fill(appCode(secret))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'I have kept them' }).click()
  expect.soft(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Continue to Northlight Studio' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  expect(complaints).toEqual([])
})

test('[E2E45] an old sign-in proves again who it is before the address changes, and goes on with what was asked', {
  timeout: 60_000,
}, async () => {
  const team = await makeTeam(atrium.started, { Olga: 'owner' })
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Olga'))
  const sql = postgres(atrium.started.databaseUrl, { max: 1 })
  await sql`update auth.mfa_amr_claims set updated_at = now() - interval '2 days'`
  await sql.end()
  await page.goto(`${atrium.started.url}/settings/security`)
  const next = `new-${team.emailOf('Olga')}`
  const change = () => page.getByRole('region', { name: 'E-mail address' }).getByRole('button').click()
  await page.getByLabel('New e-mail address').fill(next)
  await change()
  const proving = page.getByRole('dialog', { name: 'Is it you?' })
  await proving.getByLabel('Password', { exact: true }).waitFor()
  expect.soft(await axe(page)).toEqual([])
  await proving.getByRole('button', { name: 'Cancel' }).last().click()
  await page.getByText('Sign in again before you change this.').waitFor()
  await change()
  await proving.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await proving.getByRole('button', { name: 'Go on' }).click()
  await page.getByText(next).waitFor()
})

test('[E2E44] an account with a second factor is deleted with its code, and not with the password alone', {
  timeout: 120_000,
}, async () => {
  const team = await makeTeam(atrium.started, { Anna: 'owner', Ben: 'editor' })
  const { page } = await visit(atrium.browser, SIZES.desktop)
  await signIn(page, atrium.started, team.emailOf('Ben'))
  await page.goto(`${atrium.started.url}/settings/security`)
  await page.getByRole('button', { name: 'Add an authenticator app' }).click()
  await page.getByLabel('Name of the app').fill('Phone')
  await page.keyboard.press('Enter')
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  const secret = ((await page.getByRole('dialog').locator('code').textContent()) ?? '').replaceAll(' ', '')
  await page.getByLabel('Code from the app').fill(appCode(secret))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'I have kept them' }).click()

  // A session that knows the password alone gets nowhere, whatever it says.
  const refused = await team.as('Ben').rpc('delete_my_account', { heirs: {} })
  expect(refused.error).not.toBeNull()

  await page.goto(`${atrium.started.url}/settings/account`)
  await page.getByRole('button', { name: 'Delete my account…' }).click()
  const proving = page.getByRole('dialog', { name: 'Is it you?' })
  await proving.getByLabel('Code from the app').fill('000000')
  await proving.getByRole('button', { name: 'Go on' }).click()
  await proving.getByText('This code is wrong').waitFor()
  // The code of the enrolment counts no more; the next one does.
  await proving.getByLabel('Code from the app').fill(appCode(secret, Date.now() + 30_000))
  await proving.getByRole('button', { name: 'Go on' }).click()
  const confirming = page.getByRole('dialog', { name: 'Delete your account for good?' })
  await confirming.getByRole('textbox').fill(team.emailOf('Ben'))
  expect.soft(await axe(page)).toEqual([])
  await confirming.getByRole('button', { name: 'Delete my account' }).click()
  await page.getByRole('heading', { name: 'Goodbye' }).waitFor()
  const { data } = await team.as('Anna').from('members').select('user_id').throwOnError()
  expect(data).toHaveLength(1)
})

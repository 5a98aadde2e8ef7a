import { expect, test } from 'vitest'
import { createClient } from '@bootfleet/sdk'
import type { Stack } from '../system/stack/stack.ts'
import type { Browser } from './browser.ts'
import { pageActions } from './page-actions.ts'

export interface Scene {
  readonly stack: Stack
  readonly browser: Browser
}

/** Policies, groups, signals, tokens, registries, and what the audit log tells of them. The admin is signed in. */
export function testSettings(scene: () => Scene): void {
  const { heading, link, button, confirm } = pageActions(() => scene().browser.page)
  const page = () => scene().browser.page
  const field = (name: string, within = 'Policy') => page().getByRole('form', { name: within }).getByLabel(name)

  test('writes a policy: what is wrong is said at its field, by the page and by the API', async () => {
    await link('Policies').click()
    await link('Write a policy').click()
    await heading('Write a policy').waitFor()
    const canary = page().getByRole('group', { name: 'Wave 1' })
    await canary.getByLabel('Size').fill('a few')
    await canary.getByText('must be a count such as 5, or a percentage such as 10 %').waitFor()
    await button('Save').click()
    const refusals = page().getByRole('form').getByRole('alert')
    await refusals.getByText('spec.waves.0.size').waitFor()
    await canary.getByLabel('Size').fill('1')
    await canary.getByLabel('Soak').fill('1 s')
    await page().getByRole('group', { name: 'Last wave' }).getByLabel('Soak').fill('1 s')
    await field('Other people who must approve').fill('1')
    await field('Name').first().fill('careful')
    await button('Save').click()
    await refusals.getByText('There is a policy "careful" already').waitFor()
    expect(await field('Name').first().getAttribute('aria-invalid')).toBe('true')
    await field('Name').first().fill('two-people')
    await button('Save').click()
    await heading('two-people version 1').waitFor()
    await page().getByText('1 other person must approve it').waitFor()
  })

  test('changes a policy, and keeps what it was', async () => {
    await link('Edit').click()
    await heading('Edit two-people').waitFor()
    await button('Add a wave').click()
    const second = page().getByRole('group', { name: 'Wave 2' })
    await second.getByLabel('Name').fill('early')
    await page().getByText('Edit as JSON').click()
    const json = page().getByLabel('Recipe', { exact: true })
    await json.fill((await json.inputValue()).replace('"early"', '"second"'))
    expect(await second.getByLabel('Name').inputValue()).toBe('second')
    await button('Save').click()
    await heading('two-people version 2').waitFor()
    await page().getByRole('heading', { name: '2 second' }).waitFor()
    await link('Version 1').click()
    await heading('two-people version 1').waitFor()
    await page().getByRole('heading', { name: '2 rest' }).waitFor()
  })

  test('gives a group its windows, freezes it with a reason, and finds both in the audit log', async () => {
    await link('Groups').click()
    await page().getByLabel('Name', { exact: true }).fill('office')
    await button('Create group').click()
    await heading('office open').waitFor()
    await link('Edit').click()
    await button('Add a cron expression').click()
    await field('Cron expression', 'Group').fill('0 2 * * nobody')
    await page().getByText('They are shown when windows and blackouts are as they should be.').waitFor()
    await field('Cron expression', 'Group').fill('0 2 * * 6')
    await page()
      .getByRole('list', { name: 'Next openings' })
      .getByText(/^Sat .* 02:00 until Sat .* 05:00/)
      .first()
      .waitFor()
    await button('Save').click()
    await page().getByText('0 2 * * 6 for 3 h, UTC').waitFor()
    await page().getByRole('button', { name: 'Freeze office' }).click()
    await page().getByLabel('Reason').fill('incident 4711')
    await confirm('Freeze')
    await heading('office frozen').waitFor()
    await page().getByText('incident 4711 (Admin').waitFor()
    await page().getByRole('button', { name: 'Lift the freeze of office' }).click()
    await confirm('Lift the freeze')
    await page().getByRole('button', { name: 'Freeze office' }).waitFor()
    await page().goto('/settings/audit')
    await page().getByLabel('Kind').selectOption('group')
    await page().waitForURL(/kind=group/)
    await page()
      .getByRole('row', { name: /freeze.start.*incident 4711/ })
      .waitFor()
  })

  test('posts a signal and clears it', async () => {
    await link('Signals').click()
    await page().getByLabel('Name', { exact: true }).fill('latency')
    await page().getByLabel('Devices with labels').fill('site=nowhere')
    await button('Post').click()
    await page()
      .getByRole('row', { name: /latency unhealthy site=nowhere/ })
      .waitFor()
    await page().getByRole('button', { name: 'Clear latency' }).click()
    await confirm('Clear')
    await page().getByText('No signal is in force').waitFor()
  })

  test('makes an API token that is shown once, and revokes it', async () => {
    await link('Settings').click()
    await page().getByLabel('What it is for').fill('release pipeline')
    await button('Make token').click()
    const shown = page().getByLabel('API token', { exact: true }).filter({ hasText: 'bft_' })
    const token = (await shown.textContent())?.trim() ?? ''
    const pipeline = createClient({ baseUrl: scene().stack.apiUrl, token })
    expect(await pipeline.sessions.me()).toMatchObject({ role: 'operator' })
    await page().reload()
    await page()
      .getByRole('row', { name: /release pipeline/ })
      .getByText('usable')
      .waitFor()
    expect(await page().getByText(token).count()).toBe(0)
    await page().getByRole('button', { name: 'Revoke release pipeline' }).click()
    await confirm('Revoke')
    await page()
      .getByRole('row', { name: /release pipeline/ })
      .getByText('revoked', { exact: true })
      .waitFor()
    await expect(pipeline.sessions.me()).rejects.toMatchObject({ status: 401 })
  })
}

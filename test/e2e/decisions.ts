import { expect, test } from 'vitest'
import { admin } from '../system/stack/stack.ts'
import { pageActions } from './page-actions.ts'
import { approver } from './people.ts'
import type { Scene } from './settings.ts'

interface Decisions {
  readonly scene: () => Scene
  readonly channel: string
  /** Pushes an image that is yet another one. */
  readonly pushAnother: (tag: string) => Promise<void>
}

const longMs = 150_000

/** One makes, another decides: rejecting, approving, and taking it all back. The admin is signed in before and after. */
export function testPeopleWhoDecide({ scene, channel, pushAnother }: Decisions): void {
  const { heading, button, confirm, publish, becomes } = pageActions(() => scene().browser.page)
  const page = () => scene().browser.page

  /** Starts what the page plans, under the policy that wants another person; resolves with its page. */
  async function submit(): Promise<string> {
    await page().getByLabel('Policy').selectOption('two-people')
    await page().getByLabel('Leave out devices with labels').fill('vip=true')
    await button('Show the plan').click()
    await page().waitForURL(/policy=two-people.*exclude=vip/)
    await page().getByRole('listitem', { name: '1 canary' }).waitFor()
    await button('Start rollout').click()
    await page().getByRole('dialog').getByText('1 other person must approve it first').waitFor()
    await confirm('Start rollout')
    await heading(/4\.0 to edge-stable awaiting approval/).waitFor()
    return page().url()
  }

  test('has another person reject a rollout, with a reason', async () => {
    await pushAnother('4.0')
    await page().goto(`/channels/${channel}`)
    await publish('4.0')
    const rollout = await submit()
    expect(await button('Approve').isDisabled()).toBe(true)
    await page()
      .getByText('You created this rollout: another person must approve it.')
      .first()
      .waitFor({ state: 'attached' })
    await becomes(approver)
    await page().goto(rollout)
    await button('Reject').click()
    await page().getByLabel('Reason').fill('not on a Friday')
    await confirm('Reject')
    await heading(/4\.0 to edge-stable aborted/).waitFor()
    await page().getByText('Rejected by Approver: not on a Friday').first().waitFor()
    await becomes(admin)
  })

  test('has another person approve it, and takes it back again', async () => {
    await page().goto(`/channels/${channel}`)
    await page().getByRole('link', { name: 'Roll out 4.0' }).click()
    await heading('Plan a rollout').waitFor()
    const rollout = await submit()
    await becomes(approver)
    await page().goto(rollout)
    await button('Approve').click()
    await page().getByRole('dialog').getByText('You are the last one who must approve it: it starts.').waitFor()
    await confirm('Approve')
    await heading(/4\.0 to edge-stable running/).waitFor({ timeout: longMs })
    await becomes(admin)
    await page().goto(rollout)
    await page()
      .getByRole('link', { name: /edge-\d: succeeded/ })
      .first()
      .waitFor({ timeout: longMs })
    await button('Roll back').click()
    await page().getByRole('dialog').getByText('back to what they ran before').waitFor()
    await confirm('Roll back')
    await heading(/4\.0 to edge-stable rolled back/).waitFor({ timeout: longMs })
    await page().getByRole('link', { name: 'Its roll-back' }).waitFor()
  })
}

import { expect, test } from 'vitest'
import type { Scene } from './settings.ts'

interface Pages {
  readonly scene: () => Scene
  readonly channel: string
  /** Address of the rollout whose page shows the most. */
  readonly badRollout: () => string
}

const lists = ['/', '/devices', '/groups', '/channels', '/policies', '/rollouts', '/signals', '/settings/audit']
const forms = ['/login', '/enroll', '/rollouts/new', '/new-policy', '/settings/tokens', '/settings/registries']
const ofOne = ['/groups/office', '/groups/office/edit', '/policies/two-people', '/policies/two-people/edit']

/** Every page, at the end of the day when there is something on each. */
export function testEveryPage({ scene, channel, badRollout }: Pages): void {
  test('has no page that axe finds fault with or that is wider than a phone, in light and dark', async () => {
    const { stack, browser } = scene()
    const { page } = browser
    const problems: string[] = []
    const [device] = (await stack.client.devices.list()).items
    const [release] = (await stack.client.releases.list({ params: { channel } })).items
    const rollout = new URL(badRollout()).pathname
    const detail = [`/devices/${device?.id}`, `/channels/${channel}`, `/releases/${release?.id}`, rollout]
    for (const path of [...lists, ...forms, ...ofOne, ...detail]) {
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 390],
      ] as const) {
        await page.setViewportSize({ width, height: 800 })
        await page.emulateMedia({ colorScheme })
        const found = await browser.accessibilityProblems()
        const overflow = await browser.overflow()
        if (overflow > 0) found.push(`${overflow} px wider than the window`)
        problems.push(...found.map((problem) => `${path} ${colorScheme}: ${problem}`))
      }
    }
    expect(problems).toEqual([])
    // A refused password and an API that is away are told by the browser too.
    expect(browser.complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([])
  })
}

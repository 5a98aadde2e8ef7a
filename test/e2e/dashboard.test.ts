import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { pushImage, requireServer } from '@bootfleet/testkit'
import { Lab } from '../system/stack/lab.ts'
import { parts } from '../system/stack/describe-servers.ts'
import { admin, Stack } from '../system/stack/stack.ts'
import { Browser } from './browser.ts'
import { pageActions } from './page-actions.ts'
import { testPeopleWhoDecide } from './decisions.ts'
import { testEveryPage } from './every-page.ts'
import { viewer, withPeople } from './people.ts'
import { testSettings } from './settings.ts'
import { Web } from './web.ts'

const longMs = 150_000
const channel = 'edge-stable'

/** One fleet for all tests, which follow each other as a day of its operator does. */
describe.skipIf(requireServer(['chromium', 'docker-registry']).missing)('the dashboard in a browser', () => {
  let stack: Stack
  let lab: Lab
  let web: Web
  let browser: Browser
  let badRollout = ''

  beforeAll(async () => {
    stack = await Stack.start(withPeople)
    lab = await Lab.open(stack.client)
    web = await Web.start(stack.apiUrl)
    await stack.client.demo.start({ body: { repository: `${lab.registry.host}/os/demo` } })
    browser = await Browser.start(web.url)
    await lab.push('1.0')
    await lab.push('2.0', 'fail-boot')
    await lab.enroll(3)
    await nameDevices()
    const waves = [{ name: 'canary', size: { count: 1 }, soakSec: 1 }]
    const spec = { waves, rest: { soakSec: 1 }, timeouts: { applySec: 120, healthSec: 60 } }
    await stack.client.policies.create({ body: { name: 'careful', spec } })
    const budget = { maxUnavailable: { count: 5 }, maxDownloading: 5 }
    await stack.client.groups.update({ params: { group: 'default' }, body: { budget } })
  })

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    // What a person would have seen.
    process.stderr.write(`${await browser?.page.locator('body').innerText().catch(String)}\n`)
    process.stderr.write(`${parts.map((name) => `${name}:\n${stack.output(name)}`).join('\n')}\n${web.output()}\n`)
  })

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await web?.[Symbol.asyncDispose]()
    await lab?.[Symbol.asyncDispose]()
    await stack?.[Symbol.asyncDispose]()
  })

  async function nameDevices(): Promise<void> {
    const { items } = await stack.client.devices.list()
    for (const [index, { id }] of items.entries())
      await stack.client.devices.update({ params: { id }, body: { name: `edge-${index + 1}` } })
  }

  /** An image that boots like 1.0 and is yet another one. */
  async function pushAnother(tag: string): Promise<void> {
    const target = { host: lab.registry.host, repository: lab.repository.slice(lab.registry.host.length + 1), tag }
    const annotations = { 'org.opencontainers.image.version': tag }
    await pushImage(target, { architectures: ['amd64', 'arm64'], annotations, labels: { tag } })
  }

  const { heading, link, button, confirm, signIn, publish, pageIsNotReloaded } = pageActions(() => browser.page)

  test('asks who you are and leads back to where you were going', async () => {
    const { page } = browser
    await page.goto('/rollouts')
    await heading('Sign in to bootfleet').waitFor()
    await signIn({ email: admin.email, password: 'a wrong password' })
    await page.getByRole('alert').filter({ hasText: 'password' }).waitFor()
    await signIn(admin)
    await heading('Rollouts').waitFor()
    await page.getByText('There is no rollout yet').waitFor()
  })

  test('removes the demo and nothing else', async () => {
    const { page } = browser
    await link('Fleet').click()
    await button('Remove the demo').click()
    await page.getByRole('dialog', { name: 'Remove the demo?' }).getByText('the channel demo').waitFor()
    await confirm('Remove the demo')
    await page.getByRole('heading', { name: 'This fleet is simulated' }).waitFor({ state: 'detached' })
    expect((await stack.client.channels.list()).items).toEqual([])
    expect((await stack.client.devices.list()).items).toHaveLength(3)
  })

  test('publishes a release, shows the planned waves, and follows the rollout to its end', async () => {
    const { page } = browser
    await link('Channels').click()
    await page.getByLabel('Name', { exact: true }).fill(channel)
    await page.getByLabel('Repository of its images').fill(lab.repository)
    await button('Create channel').click()
    await heading(channel).waitFor()
    await button('Follow').click()
    await page.getByText('default, 3 devices').waitFor()
    await publish('1.0')
    await page.getByLabel('Policy').selectOption('careful')
    await page.getByRole('listitem', { name: '1 canary' }).getByText('1 device, soak 1 s').waitFor()
    await page.getByRole('listitem', { name: '2 rest' }).getByText('2 devices, soak 1 s').waitFor()
    await button('Start rollout').click()
    await confirm('Start rollout')
    await heading(/1\.0 to edge-stable running/).waitFor()
    const stillSame = await pageIsNotReloaded()
    await heading(/1\.0 to edge-stable completed/).waitFor({ timeout: longMs })
    expect(await stillSame()).toBe(true)
    const canary = page.getByRole('listitem', { name: '1 canary' })
    await canary.getByText('1 succeeded of 1 device (100 %), at least 100 % must').waitFor()
    await page
      .getByRole('list', { name: 'Devices of rest' })
      .getByRole('link', { name: /edge-\d: succeeded/ })
      .nth(1)
      .waitFor()
    await page.getByText('3 of 3 succeeded', { exact: true }).waitFor()
  })

  test('says why a button cannot be used, to those who have only a keyboard too', async () => {
    const { page } = browser
    const pause = button('Pause')
    expect(await pause.isDisabled()).toBe(true)
    await page.mouse.move(0, 0)
    await button('Start').focus()
    await page.keyboard.press('Tab')
    await page.getByRole('tooltip').filter({ hasText: 'The rollout is completed', visible: true }).waitFor()
    await page.keyboard.press('Enter')
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  test('publishes a bad release and sees its canary trip', async () => {
    const { page } = browser
    await page.goto(`/channels/${channel}`)
    await publish('2.0')
    await page.getByLabel('Policy').selectOption('careful')
    await page.getByRole('listitem', { name: '1 canary' }).waitFor()
    await button('Start rollout').click()
    await confirm('Start rollout')
    await heading(/2\.0 to edge-stable paused/).waitFor({ timeout: longMs })
    badRollout = page.url()
    const canary = page.getByRole('listitem', { name: '1 canary' })
    await canary.getByText('1 failed of 1 device, at most 0 may').waitFor()
    await canary.getByRole('link', { name: /edge-\d: rolled back/ }).waitFor()
    await link('Fleet').click()
    await link('2.0 to edge-stable is paused').waitFor()
    await link('1 device with a quarantined image').waitFor()
  })

  test('shows of a device what it runs, its boots, and why it is not updating', async () => {
    const { page } = browser
    await page.goto(badRollout)
    await page.getByLabel('State').selectOption('rolled_back')
    await page.waitForURL(/state=rolled_back/)
    await page
      .getByRole('region', { name: /^Targets/ })
      .getByRole('link', { name: /^edge-\d$/ })
      .click()
    await heading(/^edge-\d online healthy/).waitFor()
    await page.getByRole('listitem', { name: 'Booted' }).getByRole('link', { name: '1.0' }).waitFor()
    await page.getByRole('list', { name: 'Boots, the newest first' }).getByText('rolled back').waitFor()
    await page.getByText('Quarantined:').waitFor()
    await button('Lift quarantine').click()
    await confirm('Lift quarantine')
    await page.getByText('Quarantined:').waitFor({ state: 'detached' })
  })

  test('aborts what tripped, and pauses and resumes the next rollout', async () => {
    const { page } = browser
    await page.goto(badRollout)
    await button('Abort').click()
    await confirm('Abort')
    await heading(/2\.0 to edge-stable aborted/).waitFor({ timeout: longMs })
    await pushAnother('3.0')
    await page.goto(`/channels/${channel}`)
    await publish('3.0')
    await page.getByLabel('Policy').selectOption('careful')
    await page.getByRole('listitem', { name: '1 canary' }).waitFor()
    await button('Save as draft').click()
    await heading(/3\.0 to edge-stable draft/).waitFor()
    await button('Schedule').click()
    await page.getByLabel('It starts at (UTC)').fill('2100-01-01T00:00')
    await confirm('Schedule')
    await heading(/3\.0 to edge-stable scheduled/).waitFor()
    await button('Start').click()
    await confirm('Start')
    await button('Pause').click()
    await page.getByRole('dialog', { name: 'Pause?' }).getByText('Nothing new is offered or granted.').waitFor()
    await confirm('Pause')
    await heading(/3\.0 to edge-stable paused/).waitFor({ timeout: longMs })
    await button('Resume').click()
    await confirm('Resume')
    await heading(/3\.0 to edge-stable running/).waitFor()
  })

  testSettings(() => ({ stack, browser }))
  testPeopleWhoDecide({ scene: () => ({ stack, browser }), channel, pushAnother })

  test('lets a machine in that asks for it', async () => {
    const { page } = browser
    const token = { name: 'asked about', maxUses: 1, requiresApproval: true }
    const { document } = await stack.client.enrollmentTokens.create({ body: token })
    await page.goto('/enroll')
    const joined = lab.enrollWith(document, 1)
    const waiting = page.getByRole('region', { name: 'Waiting to be let in' })
    await waiting.getByRole('button', { name: /^Let .+ in$/ }).click({ timeout: 60_000 })
    await joined
    await waiting.waitFor({ state: 'detached' })
  })

  test('narrows devices by filters that are in the address', async () => {
    const { page } = browser
    await page.goto('/devices')
    await page.getByLabel('Connection').selectOption('offline')
    await page.waitForURL(/state=offline/)
    await page.getByText('No device is like that').waitFor()
    await link('Show all devices').click()
    await link('edge-1').waitFor()
    await page.getByLabel('Name or hardware id').fill('edge-2')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=edge-2/)
    await link('edge-1').waitFor({ state: 'detached' })
    await link('edge-2').waitFor()
  })

  test('makes an enrollment document and shows it once', async () => {
    const { page } = browser
    await page.goto('/enroll')
    await page.getByLabel('What it is for').fill('a kiosk')
    await button('Make document').click()
    await page.getByLabel('Enrollment document', { exact: true }).filter({ hasText: 'caSha256' }).waitFor()
    await page.reload()
    await page
      .getByRole('row', { name: /a kiosk/ })
      .getByText('0 of 1')
      .waitFor()
    expect(await page.getByText('caSha256').count()).toBe(0)
  })

  test('says that it reconnects while the API is away, and is live again after', async () => {
    const { page } = browser
    const status = page.getByRole('banner').getByRole('status')
    await status.filter({ hasText: 'Live' }).waitFor()
    const restarted = stack.killAndRestart('api')
    await status.filter({ hasText: 'Reconnecting' }).waitFor()
    await restarted
    await status.filter({ hasText: 'Live' }).waitFor({ timeout: 60_000 })
    await heading('Enroll a device').waitFor()
  })

  test('says to a viewer of each button that their role may not use it', async () => {
    const { page } = browser
    await button('Sign out').click()
    await heading('Sign in to bootfleet').waitFor()
    await signIn(viewer)
    const reason = page.getByText('Your role, viewer, may not do this.')
    await heading(/^Fleet$/).waitFor()
    await page.goto(badRollout)
    for (const name of ['Start', 'Pause', 'Resume', 'Abort', 'Retry failed'])
      expect(await button(name).isDisabled(), name).toBe(true)
    const [device] = (await stack.client.devices.list()).items
    await page.goto(`/devices/${device?.id}`)
    await button('Reboot').focus()
    await reason.filter({ visible: true }).first().waitFor()
    await page.keyboard.press('Enter')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.goto(`/channels/${channel}`)
    expect(await button('Publish').isDisabled()).toBe(true)
    await reason.first().waitFor()
    await button('Sign out').click()
    await heading('Sign in to bootfleet').waitFor()
    await signIn(admin)
    await heading(/^Fleet$/).waitFor()
  })

  testEveryPage({ scene: () => ({ stack, browser }), channel, badRollout: () => badRollout })
})

import type { Command } from 'commander'
import { openSession, type Cli } from '../cli.ts'

/** `bootfleet demo show|remove`. */
export function addDemo(program: Command, cli: Cli): void {
  const demo = program.command('demo').description('the simulated fleet that a new installation begins with')

  const show = demo.command('show').description('say whether there is a demo, and what to try next')
  show.action(async () => {
    const { client, output } = await openSession(cli, show)
    const found = await client.demo.get()
    output.result(found, () => [
      found.state === 'none' ? 'There is no demo.' : `The demo has ${found.devices} simulated devices.`,
      ...(found.hint ? [found.hint.message] : []),
    ])
  })

  const remove = demo.command('remove').description('remove the demo and nothing else')
  remove.action(async () => {
    const { client, output } = await openSession(cli, remove)
    const { state, devices } = await client.demo.get()
    const left = await client.demo.remove()
    const removed = `The demo is removed, with ${devices} simulated devices. Nothing else was touched.`
    output.result(left, () => [state === 'none' ? 'There is no demo.' : removed])
  })
}

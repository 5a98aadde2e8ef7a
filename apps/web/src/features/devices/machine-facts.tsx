import type { BootTime, DeviceMachine } from '@bootfleet/contracts'
import { formatSeconds } from '../../lib/amounts.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Facts } from '../../ui/facts.tsx'

/** What a device said of itself: system, bootc, disk, how long it took to boot, and what else would update it. */
export function MachineFacts({ inventory }: { inventory: DeviceMachine['inventory'] }) {
  if (inventory === null) return <EmptyState title="Not reported yet" />
  const { hostname, os, kernel, disk, boot, updaters } = inventory.document
  return (
    <Facts
      facts={[
        ['Host name', hostname ?? 'not reported'],
        ['System', os?.['PRETTY_NAME'] ?? os?.['ID'] ?? 'not reported'],
        ['Kernel', kernel ?? 'not reported'],
        ['bootc', bootcText(inventory.document)],
        ['Disk', diskText(disk)],
        ['Boot', bootText(boot)],
        ['Other updaters', updatersText(updaters)],
      ]}
    />
  )
}

type Document = NonNullable<DeviceMachine['inventory']>['document']

function bootcText({ bootc, backend = 'unknown' }: Document): string {
  return bootc ? `${bootc}, ${backend} backend` : 'none'
}

function diskText(disk: Document['disk']): string {
  return disk ? `${disk.totalGiB} GiB, ${disk.freePercent} % free` : 'not reported'
}

function updatersText(updaters: Document['updaters'] = []): string {
  return updaters.length === 0 ? 'none' : updaters.map(({ name, state }) => `${name} (${state})`).join(', ')
}

function bootText(boot: BootTime | null | undefined): string {
  if (!boot) return 'not measured'
  const { ms, previousImageMs } = boot
  const text = seconds(ms)
  if (previousImageMs === null || seconds(previousImageMs) === text) return text
  const change = ms < previousImageMs ? 'shorter' : 'longer'
  return `${text}, ${seconds(Math.abs(ms - previousImageMs))} ${change} than on the image before`
}

function seconds(ms: number): string {
  return formatSeconds(Math.max(1, Math.round(ms / 1000)))
}

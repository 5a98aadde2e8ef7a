import type { Device } from '@bootfleet/contracts'
import type { Metadata } from 'next'
import { BootTimeline } from '../../../../features/devices/boot-timeline.tsx'
import { DeviceFacts } from '../../../../features/devices/device-facts.tsx'
import { DeviceLogs } from '../../../../features/devices/device-logs.tsx'
import { DeviceVerbs } from '../../../../features/devices/device-verbs.tsx'
import { DriftList } from '../../../../features/devices/drift-list.tsx'
import { FailedChecks } from '../../../../features/devices/failed-checks.tsx'
import { ImageSlots } from '../../../../features/devices/image-slots.tsx'
import { MachineFacts } from '../../../../features/devices/machine-facts.tsx'
import { EventList } from '../../../../features/rollouts/event-list.tsx'
import { Explanation } from '../../../../features/rollouts/explanation.tsx'
import { paths } from '../../../../lib/paths.ts'
import { readMe, refusalOf } from '../../../../lib/read-me.ts'
import { text } from '../../../../lib/search-params.ts'
import { readApi } from '../../../../lib/server-api.ts'
import { Digest } from '../../../../ui/digest.tsx'
import { Instant } from '../../../../ui/instant.tsx'
import { NextPage } from '../../../../ui/next-page.tsx'
import { Panel } from '../../../../ui/panel.tsx'

export const metadata: Metadata = { title: 'Device' }

export default async function DevicePage({ params, searchParams }: PageProps<'/devices/[device]'>) {
  const { device: id } = await params
  const cursor = text((await searchParams).cursor)
  const [{ device, machine, explanation, boots, events, log }, me] = await Promise.all([
    readDevice(id, cursor),
    readMe(),
  ])
  const { name, quarantined } = device
  return (
    <>
      <DeviceFacts device={device} />
      <DeviceVerbs id={id} name={name} quarantined={quarantined.length} refusal={refusalOf(me, 'device:write')} />
      <Panel title="Images">
        <ImageSlots device={device} />
        {quarantined.map(({ digest, reason, at }) => (
          <p key={digest} className="note note-bad">
            Quarantined: <Digest digest={digest} /> {reason}, <Instant at={at} />
          </p>
        ))}
      </Panel>
      <FailedChecks failed={machine.failedChecks} warnings={machine.warnings} />
      <Panel title="Why it is not updating">
        <Explanation reasons={explanation.reasons} none="Nothing holds it back: it runs what it should." />
      </Panel>
      <Panel title="Logs">
        <DeviceLogs log={log} />
      </Panel>
      <div className="columns">
        <Panel title="Machine">
          <MachineFacts inventory={machine.inventory} />
        </Panel>
        <Panel title="Differences from its image">
          <DriftList drift={machine.drift} />
        </Panel>
      </div>
      <div className="columns">
        <Panel title="Boots">
          <BootTimeline boots={boots.items} versions={knownVersions(device)} />
          <NextPage
            href={boots.nextCursor === null ? undefined : paths.device(id, { cursor: boots.nextCursor })}
            first={cursor === undefined ? undefined : paths.device(id)}
          />
        </Panel>
        <Panel title="What happened">
          <EventList label="Events, the newest first" events={events.items} />
        </Panel>
      </div>
    </>
  )
}

function readDevice(id: string, cursor: string | undefined) {
  const params = { id }
  return readApi(async (api) => {
    const [device, machine, explanation, boots, events, logs] = await Promise.all([
      api.devices.get({ params }),
      api.devices.machine({ params }),
      api.devices.explain({ params }),
      api.devices.boots({ params, query: { limit: 20, ...(cursor && { cursor }) } }),
      api.devices.events({ params, query: { limit: 20 } }),
      api.devices.logs({ params, query: { limit: 1 } }),
    ])
    const [newest] = logs.items
    const log = newest && (await api.devices.log({ params: { id, log: newest.id } }))
    return { device, machine, explanation, boots, events, log }
  })
}

function knownVersions({ booted, staged, rollback }: Device): Map<string, string> {
  const known = [booted, staged, rollback].flatMap((image) => {
    const version = image?.release?.version ?? image?.version
    return image && version ? [[image.digest, version] as const] : []
  })
  return new Map(known)
}

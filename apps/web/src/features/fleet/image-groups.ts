import type { FleetSummary } from '@bootfleet/contracts'

type Booted = FleetSummary['booted'][number]

/** A release is one row, whatever its architectures; what is no release is a row a digest. */
export interface ImageGroup {
  key: string
  release: Booted['release']
  devices: number
  digests: { digest: string; devices: number }[]
}

/** What the devices booted, by release, the most frequent first. */
export function groupImages(booted: FleetSummary['booted']): ImageGroup[] {
  const groups = new Map<string, ImageGroup>()
  for (const { digest, devices, release } of booted) {
    const key = release?.id ?? digest
    const group = groups.get(key) ?? { key, release, devices: 0, digests: [] }
    group.devices += devices
    group.digests.push({ digest, devices })
    groups.set(key, group)
  }
  return [...groups.values()].toSorted((a, b) => b.devices - a.devices)
}

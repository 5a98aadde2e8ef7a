import { Blackouts, Budget, Windows, type Group } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { presentFreeze } from '../freeze/present-freeze.ts'
import type { GroupRow } from './find-group.ts'

/** Group rows as the API serves them, with their number of devices. */
export async function presentGroups(tx: Tx, rows: readonly GroupRow[]): Promise<(row: GroupRow) => Group> {
  const where = { groupId: { in: rows.map(({ id }) => id) }, removedAt: null }
  const counted = await tx.device.groupBy({ by: ['groupId'], where, _count: true })
  const devices = new Map(counted.map(({ groupId, _count }) => [groupId, _count]))
  return (row) => presentGroup(row, devices.get(row.id) ?? 0)
}

function presentGroup(row: GroupRow, devices: number): Group {
  const { id, name, description, channel, createdAt } = row
  return {
    id,
    name,
    description,
    channel,
    budget: Budget.parse(row.budget),
    windows: Windows.parse(row.windows),
    blackouts: Blackouts.parse(row.blackouts),
    freeze: presentFreeze(row),
    devices,
    createdAt: createdAt.toISOString(),
  }
}

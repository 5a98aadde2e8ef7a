import { z } from 'zod'
import { isId, type Device, type ListDevices, type Page } from '@bootfleet/contracts'
import { Prisma } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readCursor, toPage } from '../page.ts'
import { readDeviceRows } from './device-row.ts'
import { presentDevices } from './present-device.ts'
import { selectorSql } from './selector-sql.ts'

const DeviceCursor = z.tuple([z.string().max(200), z.uuid()])

const stateSql = {
  online: Prisma.sql`p.online`,
  offline: Prisma.sql`p.online IS FALSE`,
  never_seen: Prisma.sql`p.device_id IS NULL`,
} as const

export type ListDevicesInput = z.output<typeof ListDevices>

/** Devices in the order of their names. Throws `invalid` for the selector. */
export async function listDevices(ctx: Ctx, input: ListDevicesInput): Promise<Page<Device>> {
  authorize(ctx, 'fleet:read')
  const { organizationId } = ctx
  const { limit } = input
  const after = readCursor(DeviceCursor, input.cursor)
  const where = [...filters(input), ...(after ? [Prisma.sql`(d.name, d.id) > (${after[0]}, ${after[1]}::uuid)`] : [])]
  return inOrganization(ctx, async (tx) => {
    const rows = await readDeviceRows(tx, { organizationId, where, limit: limit + 1 })
    const devices = await presentDevices(tx, organizationId, rows)
    return toPage(devices, limit, { present: (device) => device, keys: ({ name, id }) => [name, id] })
  })
}

function filters({
  selector,
  group,
  channel,
  state,
  digest,
  drifted,
  health,
  quarantined,
  q,
}: ListDevicesInput): Prisma.Sql[] {
  const all: (Prisma.Sql | undefined)[] = [
    selector === undefined ? undefined : selectorSql(selector),
    group === undefined ? undefined : keySql('g', group),
    channel === undefined ? undefined : keySql('c', channel),
    state === undefined ? undefined : stateSql[state],
    digest === undefined ? undefined : Prisma.sql`s.booted_digest = ${digest}`,
    drifted === undefined ? undefined : driftSql(drifted),
    health === undefined ? undefined : Prisma.sql`s.health = ${health}`,
    quarantined === undefined ? undefined : quarantinedSql(quarantined),
    q === undefined ? undefined : Prisma.sql`(d.name ILIKE ${likeText(q)} OR d.hardware_id ILIKE ${likeText(q)})`,
  ]
  return all.filter((condition) => condition !== undefined)
}

// A document of a machine may say anything: what is no positive number is no drift.
function driftSql(drifted: boolean): Prisma.Sql {
  const isDrifted = Prisma.sql`i.document @@ '$.count > 0'`
  return drifted ? isDrifted : Prisma.sql`(${isDrifted}) IS NOT TRUE`
}

function quarantinedSql(wanted: boolean): Prisma.Sql {
  const has = Prisma.sql`EXISTS (SELECT FROM device_quarantine z WHERE z.device_id = d.id AND z.lifted_at IS NULL)`
  return wanted ? has : Prisma.sql`NOT ${has}`
}

function keySql(table: 'g' | 'c', key: string): Prisma.Sql {
  const column = Prisma.raw(table)
  return isId(key) ? Prisma.sql`${column}.id = ${key}::uuid` : Prisma.sql`${column}.name = ${key}`
}

function likeText(text: string): string {
  return `%${text.replace(/[\\%_]/g, String.raw`\$&`)}%`
}

import type { z } from 'zod'
import type { PostedSignals, PostSignal } from '@bootfleet/contracts'
import { Prisma, type Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { selectorSql } from '../device/selector-sql.ts'
import { OperationError } from '../errors.ts'
import { wakeRollouts } from '../freeze/wake-rollouts.ts'
import { emit } from '../outbox.ts'
import { aboutSql } from './load-signals.ts'
import { presentSignal, type SignalRow } from './present-signal.ts'
import { scopeOf } from './signal-scope.ts'
import { readSignalExpiry } from './signal-expiry.ts'

export type PostSignalInput = z.output<typeof PostSignal>

/** So many may be in force at a time: each is asked about in each turn of each rollout. */
const maxInForce = 100

/**
 * Takes what a monitoring system says of devices. `unhealthy` begins a signal, or prolongs the one of the same name about
 * the same devices; `healthy` ends that one, or without selector and devices all of the name. Rollouts are woken by what
 * changes. Doing it twice is one. Throws `invalid` for the selector or the expiry, `conflict` when too many are in force.
 */
export async function postSignal(ctx: Ctx, input: PostSignalInput): Promise<PostedSignals> {
  authorize(ctx, 'signal:write')
  // Refused here, not when a rollout is decided.
  if (input.selector !== undefined) selectorSql(input.selector)
  const now = ctx.services.now()
  return inOrganization(ctx, async (tx) => {
    const deviceCount = await countAbout(tx, ctx, input)
    const rows = input.status === 'healthy' ? await endSignals(tx, ctx, input) : await beginSignal(tx, ctx, input)
    return { signals: rows.map((row) => presentSignal(row, now)), deviceCount }
  })
}

async function countAbout(tx: Tx, ctx: Ctx, { selector, devices = [] }: PostSignalInput): Promise<number> {
  const about = aboutSql({ selector: selector ?? null, deviceIds: devices })
  const rows = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM device d
    WHERE d.organization_id = ${ctx.organizationId}::uuid AND d.removed_at IS NULL AND ${about}`
  return rows[0]?.count ?? 0
}

async function beginSignal(tx: Tx, ctx: Ctx, input: PostSignalInput): Promise<SignalRow[]> {
  const { organizationId, services, actor } = ctx
  const { name, message = '', selector = null, devices = [] } = input
  const now = services.now()
  const expiresAt = readSignalExpiry(input.expiresAt, now)
  // Two posts of one organization at a time: the count and the one row of a name and scope stay true.
  await tx.$queryRaw`SELECT 1 FROM organization WHERE id = ${organizationId}::uuid FOR UPDATE`
  await tx.$executeRaw`
    UPDATE health_signal SET ended_at = expires_at WHERE organization_id = ${organizationId}::uuid AND ended_at IS NULL AND expires_at <= ${now}`
  const scope = scopeOf(input)
  const known = await tx.healthSignal.findFirst({ where: { organizationId, name, scope, endedAt: null } })
  if (known) {
    const same = known.message === message
    const row = await tx.healthSignal.update({ where: { id: known.id }, data: { message, expiresAt } })
    if (!same) await tell(tx, ctx, [row])
    return [row]
  }
  await refuseTooMany(tx, organizationId)
  const id = services.newId()
  const data = { id, organizationId, name, scope, selector, deviceIds: devices, message, since: now, expiresAt }
  const row = await tx.healthSignal.create({ data: { ...data, createdBy: actor.name } })
  const detail = { name, selector, devices: devices.length, message }
  await audit(tx, ctx, { action: 'signal.unhealthy', subject: { kind: 'signal', id }, detail })
  await tell(tx, ctx, [row])
  return [row]
}

async function endSignals(tx: Tx, ctx: Ctx, input: PostSignalInput): Promise<SignalRow[]> {
  const { organizationId } = ctx
  const { name, selector, devices } = input
  const now = ctx.services.now()
  const scope = selector === undefined && devices === undefined ? {} : { scope: scopeOf(input) }
  const open = await tx.healthSignal.findMany({ where: { organizationId, name, endedAt: null, ...scope } })
  const rows: SignalRow[] = []
  for (const { id, expiresAt } of open) {
    const endedAt = expiresAt < now ? expiresAt : now
    const [row] = await tx.healthSignal.updateManyAndReturn({ where: { id, endedAt: null }, data: { endedAt } })
    if (!row) continue
    rows.push(row)
    await audit(tx, ctx, { action: 'signal.healthy', subject: { kind: 'signal', id }, detail: { name } })
  }
  await tell(tx, ctx, rows)
  return rows
}

async function tell(tx: Tx, ctx: Ctx, rows: readonly SignalRow[]): Promise<void> {
  if (rows.length === 0) return
  await emit(
    tx,
    ctx.organizationId,
    rows.map(({ id }) => ({ kind: 'signal.changed', signalId: id })),
  )
  await wakeRollouts(tx, ctx)
}

async function refuseTooMany(tx: Tx, organizationId: string): Promise<void> {
  const [row] = await tx.$queryRaw<{ count: number }[]>(
    Prisma.sql`SELECT count(*)::int AS count FROM health_signal WHERE organization_id = ${organizationId}::uuid AND ended_at IS NULL`,
  )
  if ((row?.count ?? 0) < maxInForce) return
  const message = `${maxInForce} signals are unhealthy already. End some, or post one signal about a selector in place of many.`
  throw new OperationError('conflict', message, { reason: 'too_many_signals' })
}

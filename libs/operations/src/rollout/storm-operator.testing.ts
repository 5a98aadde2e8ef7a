import { randomUUID } from 'node:crypto'
import { systemCtx, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { abortRollout } from './abort-rollout.ts'
import { approveRollout } from './approve-rollout.ts'
import { createRollout } from './create-rollout.ts'
import { pauseRollout } from './pause-rollout.ts'
import { promoteRollout } from './promote-rollout.ts'
import { releaseSlot } from './release-slot.ts'
import { resumeRollout } from './resume-rollout.ts'
import { retryRollout } from './retry-rollout.ts'
import { rollBackRollout } from './roll-back-rollout.ts'
import { outlast } from './outlast.testing.ts'
import type { Storm, StormRollout } from './storm-state.testing.ts'

const often = ['pause', 'resume', 'continue', 'retry_failed', 'promote', 'retry', 'release', 'approve'] as const
const seldom = ['abort', 'roll_back', 'roll_back', 'newer', 'again'] as const
export type Button = (typeof often)[number] | (typeof seldom)[number]

/** Somebody presses some button of some rollout. */
export async function pressSomething(storm: Storm): Promise<void> {
  const { chance } = storm
  const rollouts = await readRollouts(storm)
  const rollout = rollouts[Math.floor(chance() * rollouts.length)]
  const buttons = chance() < 0.25 ? seldom : often
  const button = buttons[Math.floor(chance() * buttons.length)]
  if (rollout && button) await press(storm, rollout, button)
}

/** An operator presses a button; a refusal that says why is a fine answer. */
export async function press(storm: Storm, { id: rollout, waits }: StormRollout, button: Button): Promise<void> {
  const ctx: Ctx = systemCtx(storm.unsafe, storm.organizationId)
  const person: Ctx = { ...ctx, actor: { kind: 'user', id: storm.personId, name: 'operator', role: 'admin' } }
  const input = { rollout }
  // One more time where a process died that was asked.
  const gone = storm.devices.filter(({ isDead }) => isDead)
  const dead = gone.find(({ id }) => !storm.released.has(id)) ?? gone[Math.floor(storm.chance() * gone.length)]
  if (button === 'release' && dead) storm.released.add(dead.id)
  // What is begun now is planned soon: processes die more often then.
  if (button === 'newer' || button === 'again' || button === 'roll_back') storm.risky = 3
  const act: Record<Button, () => Promise<unknown>> = {
    pause: () => pauseRollout(ctx, input),
    resume: () => resumeRollout(ctx, input),
    continue: () => resumeRollout(ctx, { ...input, choice: 'continue' }),
    retry_failed: () => resumeRollout(ctx, { ...input, choice: 'retry_failed' }),
    promote: () => promoteRollout(ctx, input),
    retry: () => retryRollout(ctx, input),
    release: async () => dead && releaseSlot(ctx, { ...input, device: dead.id }),
    approve: () => approveRollout(person, { ...input, ...(waits !== null && { wave: waits }) }),
    abort: () => abortRollout(ctx, input),
    roll_back: () => rollBackRollout(ctx, input),
    newer: () => startNewer(storm, ctx),
    again: () => startAgain(storm, ctx, rollout),
  }
  try {
    await outlast(storm, act[button])
  } catch (error) {
    if (!(error instanceof OperationError) || error.message.length < 20) throw error
  }
}

async function startNewer(storm: Storm, ctx: Ctx): Promise<void> {
  if (storm.newer) return
  storm.newer = true
  const { channelName: channel, newerReleaseId: release, policy } = storm
  await createRollout(ctx, { channel, release, policy, start: 'now' })
}

// The same release once more, while devices may still reboot for it.
async function startAgain(storm: Storm, ctx: Ctx, id: string): Promise<void> {
  if (storm.again) return
  storm.again = true
  const begun = (await readRollouts(storm)).find((rollout) => rollout.id === id)
  if (begun === undefined) return
  const { channelName: channel, policy } = storm
  await createRollout(ctx, { channel, release: begun.releaseId, policy, start: 'now' })
}

/** Every rollout of the storm, the oldest first. */
export async function readRollouts({ services, channelId }: Storm): Promise<StormRollout[]> {
  const rows = await services.db.transaction('system', (tx) =>
    tx.rollout.findMany({
      where: { channelId },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      include: { waves: { where: { state: 'pending', approvalAskedAt: { not: null } }, select: { index: true } } },
    }),
  )
  return rows.map(({ id, state, kind, because, releaseId, endedAt, parentId, waves }) => ({
    id,
    kind,
    state,
    releaseId,
    parentId,
    endedAt,
    because: because as StormRollout['because'],
    waits: waves[0]?.index ?? null,
  }))
}

/** Ids of a storm that nothing else has. */
export function stormIds() {
  return { channelId: randomUUID(), groupId: randomUUID(), releaseId: randomUUID(), newerReleaseId: randomUUID() }
}

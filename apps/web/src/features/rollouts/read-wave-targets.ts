import type { Rollout, Target } from '@bootfleet/contracts'
import { iterate, type Client } from '@bootfleet/sdk'

/** A wave beyond this is a bar, not cells. */
const maxCells = 400
/** All waves together. */
const maxTargets = 1_000

/** The members of each wave that has few enough of them to show one by one, by the index of the wave. */
export async function readWaveTargets(api: Client, rollout: Rollout): Promise<Map<number, Target[]>> {
  const members = new Map<number, Target[]>()
  let total = 0
  for (const wave of rollout.waves) {
    const assigned = Object.values(wave.counts).reduce((sum, count) => sum + count, 0)
    const cells = Math.max(assigned, wave.size)
    if (cells > maxCells || total + cells > maxTargets) continue
    total += cells
    const query = { wave: wave.index, limit: 200 }
    const targets: Target[] = []
    if (assigned > 0) {
      for await (const target of iterate(api.rollouts.targets, { params: { rollout: rollout.id }, query })) {
        targets.push(target)
      }
    }
    members.set(wave.index, targets)
  }
  return members
}

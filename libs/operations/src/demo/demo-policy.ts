import { Budget, PolicyInput } from '@bootfleet/contracts'

/** Label that every simulated device carries; nothing else may be taken for one. */
export const simulatedLabel = { simulated: 'true' } as const

/** The canary meets every hardware model; short soaks, so that a rollout is over while one watches. */
export const demoPolicy = PolicyInput.parse({
  stratifyBy: 'model',
  waves: [
    { name: 'canary', size: { count: 6 }, soakSec: 8 },
    { name: 'first third', size: { percent: 35 }, soakSec: 8, gate: { maxFailurePercent: 10, minConcluded: 5 } },
  ],
  rest: { soakSec: 8, gate: { maxFailurePercent: 10, minConcluded: 5, minSuccessPercent: 80 } },
  timeouts: { unreachableAfterSec: 30, giveUpAfterSec: 60, applySec: 180, healthSec: 60 },
})

/** A third of the fleet may be down at once. */
export const demoBudget = Budget.parse({ maxUnavailable: { percent: 34 }, maxDownloading: 60 })

import { full, onImage, lostStage, fatal, type Case } from './situation.testing.ts'
import { image, now, offline } from './view.testing.ts'

const ended = (outcome: string | null, detail: string | null = null) => ({ target: image, outcome, detail })
const old = { target: { stateSince: now - 430_000 } }
const grantOld = { id: 'grant-1', conn: 'conn-1', at: now - 300_000, bootKey: 'boot-1' }
const timedOut = { reason: 'apply', grant: grantOld }
const rollingBack = { state: 'rolling_back', rollback: { id: 'child', state: 'under_way' } } as const
const removed = { device: { removed: true, ...offline } }

const hop = { release: 'release-1', name: '1', barrier: true, accept: [image] }
const route = {
  hops: [hop, { ...hop, release: 'release-2', name: '2', barrier: false, accept: ['sha256:newer'] }],
  at: 0,
}

/** Moves from the grant on. */
export const bootCases: readonly Case[] = [
  [
    'the device goes down',
    'granted',
    'rebooting',
    'target.rebooting',
    { report: { phase: 'rebooting', grantId: null } },
  ],
  [
    'the device gave its grant back',
    'granted',
    'staged',
    'target.grant_returned',
    { ...full, target: { grant: { ...grantOld, conn: null } }, report: { stagedDigest: image, stagedLocked: true } },
  ],
  ['an ordinary reboot dropped the stage', 'granted', 'downloading', 'target.not_applied', lostStage],
  ['the image is booted', 'granted', 'verifying', 'target.booted', { report: { ...onImage, health: 'checking' } }],
  [
    'a host that downloads after its grant cannot',
    'granted',
    'failed',
    'target.failed.disk_full',
    { report: { errors: [fatal], grantId: 'grant-1' } },
  ],
  [
    'it fell back before it was seen rebooting',
    'granted',
    'rolled_back',
    'target.rolled_back',
    { report: { bootKey: 'boot-3', attempt: ended('rolled_back', 'health_failed') } },
  ],
  [
    'it never came back, unseen',
    'granted',
    'timed_out',
    'target.apply_timeout',
    { device: offline, target: { grant: grantOld } },
  ],
  ['it was removed with a grant', 'granted', 'skipped', 'target.removed', removed],
  ['a stop on its way is booted', 'verifying', 'pending', 'target.hop_done', { report: onImage, target: { route } }],
  [
    'it came back on the image',
    'rebooting',
    'verifying',
    'target.booted',
    { report: { ...onImage, health: 'checking' } },
  ],
  [
    'it does not reboot after all',
    'rebooting',
    'staged',
    'target.grant_returned',
    { ...full, report: { phase: 'staged', stagedDigest: image, stagedLocked: true } },
  ],
  [
    'the update was lost before it was made bootable',
    'rebooting',
    'downloading',
    'target.not_applied',
    { report: { bootKey: 'boot-2', attempt: ended('never_finalized') } },
  ],
  [
    'it could not be made bootable',
    'rebooting',
    'failed',
    'target.failed.finalize_failed',
    { report: { bootKey: 'boot-2', attempt: ended('finalize_failed') } },
  ],
  [
    'it fell back',
    'rebooting',
    'rolled_back',
    'target.rolled_back',
    { report: { bootKey: 'boot-3', attempt: ended('rolled_back') } },
  ],
  [
    'it never came back',
    'rebooting',
    'timed_out',
    'target.apply_timeout',
    { report: { phase: 'rebooting' }, device: offline, target: { grant: grantOld } },
  ],
  ['it was removed while down', 'rebooting', 'skipped', 'target.removed', removed],
  ['it is healthy', 'verifying', 'soaking', 'target.soaking', { report: onImage }],
  [
    'it stays unhealthy',
    'verifying',
    'failed',
    'target.health_timeout',
    { ...old, report: { ...onImage, health: 'unhealthy' } },
  ],
  [
    'it is gone before it was healthy',
    'verifying',
    'timed_out',
    'target.health_timeout',
    { ...old, device: offline, report: { ...onImage, health: 'checking' } },
  ],
  [
    'it fell back before it was healthy',
    'verifying',
    'rolled_back',
    'target.rolled_back',
    { report: { bootKey: 'boot-3', attempt: ended('rolled_back') } },
  ],
  ['it was removed before it was healthy', 'verifying', 'skipped', 'target.removed', removed],
  [
    'it stayed healthy',
    'soaking',
    'succeeded',
    'target.succeeded',
    { report: onImage, target: { soakUntil: now - 1000 } },
  ],
  [
    'it became unhealthy',
    'soaking',
    'failed',
    'target.failed.unhealthy',
    { report: { ...onImage, health: 'unhealthy', failedChecks: ['web'] } },
  ],
  [
    'nothing was heard after the soak',
    'soaking',
    'timed_out',
    'target.soak_timeout',
    { device: offline, report: { ...onImage, receivedAt: now - 400_000 }, target: { soakUntil: now - 300_000 } },
  ],
  [
    'it left the image while it soaked',
    'soaking',
    'rolled_back',
    'target.left_image',
    { report: { bootKey: 'boot-3' } },
  ],
  [
    'it booted again while it soaked',
    'soaking',
    'verifying',
    'target.soak_restarted',
    { report: { ...onImage, bootKey: 'boot-3', health: 'checking' } },
  ],
  ['it was removed while it soaked', 'soaking', 'skipped', 'target.removed', removed],
  [
    'it moved back',
    'succeeded',
    'rolled_back',
    'target.regressed',
    { report: { bootKey: 'boot-3', attempt: ended('rolled_back') } },
  ],
  ...(['verifying', 'soaking', 'succeeded'] as const).map((state): Case => [
    'its rollout is rolled back, and it left the image',
    state,
    'reverted',
    'target.reverted',
    { report: { bootKey: 'boot-3' }, view: rollingBack },
  ]),
  ['it never rebooted, and lost the stage', 'timed_out', 'offered', 'target.reopened', { target: timedOut }],
  [
    'it never rebooted, and has the stage',
    'timed_out',
    'staged',
    'target.reopened',
    { ...full, target: timedOut, report: { stagedDigest: image, stagedLocked: true } },
  ],
  [
    'it came back late, on the image',
    'timed_out',
    'verifying',
    'target.booted_late',
    { target: timedOut, report: { ...onImage, health: 'checking' } },
  ],
  [
    'it came back late, fallen back',
    'timed_out',
    'rolled_back',
    'target.rolled_back',
    { target: timedOut, report: { bootKey: 'boot-3', attempt: ended('rolled_back') } },
  ],
]

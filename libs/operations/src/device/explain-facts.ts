import type { Because } from '@bootfleet/contracts'
import { instantText } from '@bootfleet/domain'
import type { ExplainFacts } from './read-explain-facts.ts'

type Reason = (facts: ExplainFacts) => Because | undefined

/** The most important first: what keeps a device from anything at all, then what keeps it from an update. */
const reasons: readonly Reason[] = [
  connection,
  held,
  organizationFrozen,
  groupFrozen,
  rejected,
  refused,
  reportedError,
  quarantined,
  rolloutState,
  heldBySignal,
  goesBack,
  waits,
  target,
  pinned,
  channel,
  current,
]

/** Reasons why a device does not update, as far as the facts tell; never empty. */
export function explainFacts(facts: ExplainFacts): Because[] {
  const found = reasons.flatMap((reason) => reason(facts) ?? [])
  if (found.length > 0) return found
  return [{ code: 'device.nothing_to_do', message: 'The device has what it should have, and no rollout wants it now.' }]
}

function connection({ device }: ExplainFacts): Because | undefined {
  if (device.state === 'never_seen') {
    return {
      code: 'device.never_connected',
      message: 'The device was enrolled but never connected. Check the agent and its way to the gateway.',
      enrolledAt: device.enrolledAt,
    }
  }
  if (device.online) return undefined
  const since = device.lastSeenAt
  const heard = since === null ? '' : ` It was last heard of at ${instantText(since)}.`
  return { code: 'device.offline', message: `The device is offline.${heard}`, since }
}

function held({ device }: ExplainFacts): Because | undefined {
  const since = device.desired?.heldSince ?? null
  if (since === null) return undefined
  const message =
    'The device knows a newer desired state than this server, as after a restored backup. It gets no new image until it is resumed.'
  return { code: 'device.server_behind', message, since }
}

function organizationFrozen({ organizationFreeze: freeze }: ExplainFacts): Because | undefined {
  if (freeze === null) return undefined
  return { code: 'freeze.organization', message: `${freeze.by} froze the organization: ${freeze.reason}`, ...freeze }
}

function groupFrozen({ groupFreeze: freeze, device }: ExplainFacts): Because | undefined {
  if (freeze === null) return undefined
  const message = `${freeze.by} froze the group "${device.group.name}": ${freeze.reason}`
  return { code: 'freeze.group', message, group: device.group.name, ...freeze }
}

function rejected({ rejectedCode }: ExplainFacts): Because | undefined {
  if (rejectedCode === null) return undefined
  return {
    code: 'device.rejected_desired',
    message: `The agent refused the last desired state (${rejectedCode}).`,
    rejectedCode,
  }
}

function refused({ refused: codes }: ExplainFacts): Because | undefined {
  if (codes.length === 0) return undefined
  const list = codes.map(({ code, count }) => `${code} (${count})`).join(', ')
  const message = `Messages of the device were refused in the last day: ${list}. Its agent may be outdated or broken.`
  return { code: 'device.messages_refused', message, codes: list }
}

// What keeps it from its target is told with that.
function reportedError({ errors: [error], target: found }: ExplainFacts): Because | undefined {
  if (error === undefined || found?.active === true) return undefined
  const { code: errorCode, detail, retryable } = error
  const next = retryable ? 'It tries again by itself.' : 'It does not try again until it is told anew.'
  return {
    code: 'device.reports_error',
    message: `The device reports ${errorCode}: ${detail.replace(/[.\s]*$/, '.')} ${next}`,
    errorCode,
  }
}

function quarantined({ device, current: wanted }: ExplainFacts): Because | undefined {
  const digest = wanted?.digest
  const entry = device.quarantined.find((one) => one.digest === digest) ?? device.quarantined[0]
  if (entry === undefined) return undefined
  const message = `The device fell back from ${entry.digest} (${entry.reason}) and is not offered it again until that is lifted.`
  return { code: 'device.quarantined', message, ...entry }
}

function rolloutState({ target: found }: ExplainFacts): Because | undefined {
  if (found?.active !== true || found.rolloutState === 'running') return undefined
  const { rolloutId, rolloutState: state, rolloutBecause: because } = found
  return { ...because, rolloutId, rolloutState: state }
}

function heldBySignal({ target: found }: ExplainFacts): Because | undefined {
  if (found?.active !== true || found.rolloutState !== 'running') return undefined
  const { rolloutId, rolloutBecause: because } = found
  return because.code === 'signal.holding' ? { ...because, rolloutId } : undefined
}

function goesBack({ target: found }: ExplainFacts): Because | undefined {
  if (found?.parentId == null || !found.active) return undefined
  const message = `The device is taken back from rollout ${found.parentId}, by the roll-back ${found.rolloutId}.`
  return { code: 'rollout.rollback', message, rollout: found.parentId, rollback: found.rolloutId }
}

// A freeze and a lost connection are told before this.
const toldBefore: readonly string[] = ['group.frozen', 'target.offline']

function waits({ target: found }: ExplainFacts): Because | undefined {
  if (found?.waits === undefined || toldBefore.includes(found.waits.code)) return undefined
  return { ...found.waits, rolloutId: found.rolloutId, targetState: found.state }
}

function target({ target: found }: ExplainFacts): Because | undefined {
  if (found === null || (!found.active && found.state === 'succeeded')) return undefined
  const { hop, because } = found
  const common = { ...because, rolloutId: found.rolloutId, targetState: found.state }
  if (hop === null || found.state === 'succeeded' || 'hop' in because) return common
  const at = `hop ${hop.number} of ${hop.of}: ${hop.barrier ? 'barrier ' : ''}${hop.release.name}`
  return { ...common, at, message: `At ${at}. ${because.message}` }
}

function pinned({ device }: ExplainFacts): Because | undefined {
  if (device.pinnedReleaseId === null) return undefined
  const message = 'The device is pinned to a release and takes no other.'
  return { code: 'device.pinned', message, releaseId: device.pinnedReleaseId }
}

function channel({ device }: ExplainFacts): Because | undefined {
  if (device.channel !== null) return undefined
  const message = `The group "${device.group.name}" follows no channel, so nothing is rolled out to it. Give it one.`
  return { code: 'group.no_channel', message, group: device.group.name }
}

function current({ device, current: wanted, target: found }: ExplainFacts): Because | undefined {
  if (device.channel === null || found?.active === true) return undefined
  const { name } = device.channel
  if (wanted === null) {
    const message = `No rollout on the channel "${name}" has completed yet, so it has no current release.`
    return { code: 'channel.no_current', message, channel: name }
  }
  if (wanted.digest === null) {
    const message = `The current release of the channel "${name}" has no image for ${device.architecture}.`
    return { code: 'release.no_architecture', message, channel: name, architecture: device.architecture }
  }
  if (device.booted?.digest !== wanted.digest) return wanted.isTarget ? undefined : notOnCurrent(name, wanted.version)
  return {
    code: 'device.current',
    message: `The device runs the current release of the channel "${name}".`,
    channel: name,
  }
}

// Its group came to follow the channel later, or the release was adopted: nothing moves such devices by itself.
function notOnCurrent(name: string, version: string | null): Because {
  const message = `The device does not run the current release${version ? ` ${version}` : ''} of the channel "${name}", and no rollout has it as a target: its group came to follow the channel later. Start a rollout of that release; devices that run it are left out.`
  return { code: 'device.not_on_current', message, channel: name }
}

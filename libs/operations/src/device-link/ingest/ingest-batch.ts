import type { Tx } from '@bootfleet/db'
import type { Services } from '../../services.ts'
import { admit, ofKind, type Admitted } from './admit.ts'
import { answerHeartbeats } from './answer-heartbeats.ts'
import { answerStaleHellos } from './answer-stale-hellos.ts'
import { readDeviceFacts } from './device-facts.ts'
import type { ControlReply, InboundMessage, IngestOutcome, IngestResult } from './inbound.ts'
import { newestPer } from './message-order.ts'
import { tellChanges } from './tell-changes.ts'
import { wakeRollouts } from './wake-rollouts.ts'
import { returnGrants, writeAcks } from './write-acks.ts'
import { writeBoots } from './write-boots.ts'
import { answerHellos, lockDesired } from './write-desired-state.ts'
import { appliedOf, writeDocuments } from './write-documents.ts'
import { touchPresence, writePresence } from './write-presence.ts'
import { writeQuarantine } from './write-quarantine.ts'
import { writeStates } from './write-states.ts'
import { writeTelemetry } from './write-telemetry.ts'

/** At most so many messages share one transaction. */
export const maxIngestBatch = 500

/**
 * Takes over a batch of validated messages in one transaction: when it resolves, they are durable. Newest wins per
 * device, whatever the order of arrival; repeating a batch changes nothing. Rejects when the database cannot be reached.
 */
export function ingestBatch(services: Services, messages: readonly InboundMessage[]): Promise<IngestOutcome> {
  if (messages.length > maxIngestBatch)
    throw new RangeError(`A batch has at most ${maxIngestBatch} messages, not ${messages.length}.`)
  const now = services.now()
  return services.db.transaction('system', async (tx) => {
    const facts = await readDeviceFacts(
      tx,
      messages.map(({ deviceId }) => deviceId),
      now,
    )
    const judged = messages.map((message, index) => admit(message, index, facts.get(message.deviceId)))
    const admitted = judged.filter((one): one is Admitted => !('outcome' in one))
    await writeTelemetry(tx, admitted, { now, newId: services.newId })
    const { stored, controls } = await store(tx, admitted, now)
    const results = judged.map((one, index): IngestResult => {
      if ('outcome' in one) return one
      return { outcome: stored.has(index) ? 'stored' : 'duplicate' }
    })
    return { results, controls }
  })
}

interface Stored {
  /** Indexes of the messages that changed something or are no documents. */
  readonly stored: ReadonlySet<number>
  readonly controls: readonly ControlReply[]
}

async function store(tx: Tx, messages: readonly Admitted[], now: Date): Promise<Stored> {
  const states = newestPer(ofKind(messages, 'up/state'), ({ facts }) => facts.deviceId)
  const changedStates = await writeStates(tx, states, now)
  const appliedStates = states.filter(({ facts }) => changedStates.has(facts.deviceId))
  const documents = await writeDocuments(tx, messages, now)
  const boots = ofKind(messages, 'up/boot')
  const booted = await writeBoots(tx, boots, now)
  await writeQuarantine(tx, appliedStates, now)
  const hellos = appliedOf(ofKind(messages, 'up/hello'), documents)
  const goodbyes = appliedOf(ofKind(messages, 'up/presence'), documents)
  // A hello ends the time of the connection before, which must not have been heard of just now.
  const greeted = new Set(hellos.map(({ facts }) => facts.deviceId))
  const others = messages.filter(({ facts }) => !greeted.has(facts.deviceId))
  const back = await touchPresence(tx, others, now)
  const presence = await writePresence(tx, { hellos, goodbyes }, now)
  const acks = ofKind(messages, 'up/ack')
  const online = [...presence.online, ...back]
  const changed = [...new Set([...changedStates, ...booted, ...online, ...presence.offline, ...ackedDevices(acks)])]
  // Targets before desired documents, each in the order of ids: whoever advances a rollout locks them in that order too.
  const woken = await wakeRollouts(tx, { changed, online }, now)
  const rollouts = [...woken, ...(await returnGrants(tx, acks, now))]
  await lockDesired(tx, [...hellos, ...acks])
  await answerHellos(tx, hellos, now)
  const behind = await answerStaleHellos(tx, { hellos: ofKind(messages, 'up/hello'), applied: hellos }, now)
  await writeAcks(tx, acks, now)
  const resyncs = await answerHeartbeats(tx, ofKind(messages, 'tm/hb'), { now, greeted })
  await tellChanges(tx, { devices: refsOf(messages, new Set(changed)), rollouts: uniqueRollouts(rollouts) })
  const unkept = messages.filter(({ kind }) => kind === 'up/ack' || kind === 'up/boot' || kind.startsWith('tm/'))
  const kept = [...appliedStates, ...hellos, ...goodbyes, ...appliedOf(ofKind(messages, 'up/inventory'), documents)]
  const drift = appliedOf(ofKind(messages, 'up/drift'), documents)
  return {
    stored: new Set([...kept, ...drift, ...unkept].map(({ index }) => index)),
    controls: [...behind, ...resyncs, ...seenReplies(boots)],
  }
}

function ackedDevices(acks: readonly Admitted<'up/ack'>[]): string[] {
  return acks.map(({ facts }) => facts.deviceId)
}

/** Tells devices which boot records they need not keep any longer. */
function seenReplies(boots: readonly Admitted<'up/boot'>[]): ControlReply[] {
  const byDevice = new Map<string, Set<string>>()
  for (const { facts, body } of boots)
    byDevice.set(facts.deviceId, (byDevice.get(facts.deviceId) ?? new Set()).add(body.bootKey))
  return [...byDevice].map(([deviceId, keys]) => ({
    deviceId,
    control: { kind: 'seen', bootKeys: [...keys].slice(0, 50) },
  }))
}

function refsOf(messages: readonly Admitted[], changed: ReadonlySet<string>) {
  const refs = new Map(messages.map(({ facts }) => [facts.deviceId, facts]))
  return [...refs.values()].filter(({ deviceId }) => changed.has(deviceId))
}

function uniqueRollouts<T extends { rolloutId: string }>(rollouts: readonly T[]): T[] {
  return [...new Map(rollouts.map((ref) => [ref.rolloutId, ref])).values()]
}

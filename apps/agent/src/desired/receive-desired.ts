import type { AckBody } from '@bootfleet/contracts'
import { digestOfRef } from '../bootc/host-status.ts'
import { readClock } from '../clock.ts'
import { log, messageOf } from '../log.ts'
import type { Runtime } from '../runtime.ts'
import { isDiskFull } from '../store/durable-file.ts'
import type { VerifiedDesired } from './desired-store.ts'
import { grantAfter } from './grant.ts'
import { judgeDesired } from './judge-desired.ts'

/** Takes one desired document as it came: verifies, judges, keeps it on disk, and only then says `accepted`. */
export async function receiveDesired(runtime: Runtime, signed: unknown): Promise<void> {
  const { desired, outbox } = runtime
  let verified: VerifiedDesired
  try {
    verified = await desired.verify(signed)
  } catch (error) {
    log('desired_rejected', { detail: messageOf(error) })
    const reason = { code: codeOf(error), detail: messageOf(error) }
    outbox.say((queue) => queue.putAck({ ...claimedVersion(signed), phase: 'rejected', ...reason }))
    return
  }
  const current = desired.current()
  const version = { gen: verified.doc.gen, hash: verified.hash }
  const judgement = judgeDesired(current && { gen: current.doc.gen, hash: current.hash }, version)
  log('desired_received', { gen: version.gen, judgement })
  if (judgement === 'accept') await acceptOrTell(runtime, verified)
  else outbox.say((queue) => queue.putAck(answerTo(judgement, version)))
  if (judgement === 'repeat') outbox.say((queue) => queue.repeatState())
}

/** What the disk does not take is not in force. The heartbeat goes on telling the older generation, so it is sent again. */
async function acceptOrTell(runtime: Runtime, verified: VerifiedDesired): Promise<void> {
  try {
    await accept(runtime, verified)
  } catch (error) {
    const { hash, doc } = verified
    const reason = { code: isDiskFull(error) ? 'disk_full' : 'not_kept', detail: messageOf(error) }
    log('desired_not_kept', { gen: doc.gen, ...reason })
    runtime.outbox.say((queue) => queue.putAck({ gen: doc.gen, hash, phase: 'rejected', ...reason }))
  }
}

async function accept(runtime: Runtime, verified: VerifiedDesired): Promise<void> {
  const { desired, outbox, memory } = runtime
  const { doc, hash } = verified
  await desired.keep(verified, () => {
    const now = readClock()
    memory.grant = grantAfter(memory.grant, { doc, conn: memory.conn, ...now })
    memory.stageNotBefore = now.mono + Math.round(Math.random() * doc.apply.jitterSec * 1000)
    memory.retry = null
    memory.error = undefined
  })
  stopSupersededPull(runtime, verified)
  outbox.say((queue) => queue.putAck({ gen: doc.gen, hash, phase: 'accepted' }))
  runtime.report()
  runtime.wake()
}

/** A pull of something that is not wanted any more is not worth its bytes. */
function stopSupersededPull({ memory }: Runtime, { doc }: VerifiedDesired): void {
  if (memory.step.kind !== 'stage') return
  const isWanted = doc.apply.phase !== 'none' && doc.image !== null
  if (isWanted && digestOfRef(doc.image?.ref) === digestOfRef(memory.step.ref)) return
  memory.stopPull?.abort()
}

function answerTo(judgement: 'repeat' | 'stale' | 'conflict', version: { gen: number; hash: string }): AckBody {
  if (judgement === 'repeat') return { ...version, phase: 'accepted' }
  if (judgement === 'stale') return { ...version, phase: 'stale' }
  return { ...version, phase: 'rejected', code: 'conflict', detail: 'another document of this generation is in force' }
}

/** What a document that cannot be trusted says of itself: for the answer only. */
function claimedVersion(signed: unknown): { gen: number; hash: string } {
  try {
    const bytes = Buffer.from((signed as { payload: string }).payload, 'base64url')
    const { gen } = JSON.parse(bytes.toString('utf8')) as { gen?: unknown }
    return { gen: typeof gen === 'number' && Number.isSafeInteger(gen) && gen >= 0 ? gen : 0, hash: 'unknown' }
  } catch {
    return { gen: 0, hash: 'unknown' }
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code.slice(0, 64) : 'invalid'
}

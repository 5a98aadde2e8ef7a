import type { HelloBody, MessagePlace } from '@bootfleet/contracts'
import { capabilityWords } from './bootc/capabilities.ts'
import { createSerialQueue } from './bootc/serial-queue.ts'
import { createChangeSignal } from './change-signal.ts'
import { receiveDesired } from './desired/receive-desired.ts'
import { driftOf } from './drift/read-drift.ts'
import { enroll } from './identity/enroll.ts'
import { keyOf } from './identity/device-key.ts'
import { usableIdentity } from './identity/identity.ts'
import type { Identity } from './identity/identity.ts'
import { createRenewal } from './identity/renewal.ts'
import { buildInventory } from './inventory/build-inventory.ts'
import { pause } from './link/back-off.ts'
import { Link } from './link/link.ts'
import type { Transport } from './link/transport.ts'
import { log, messageOf } from './log.ts'
import { lastKnownHost, observeHost } from './observe.ts'
import { newMemory, openRuntime } from './open-runtime.ts'
import type { Platform } from './platform.ts'
import { receiveControl } from './receive-control.ts'
import { reportedImage } from './report/build-state.ts'
import { countOn } from './report/count-on.ts'
import { documentOf } from './report/documents.ts'
import { keepRegistryAuth } from './registry/prepare-registry-access.ts'
import { createEnveloper } from './report/enveloper.ts'
import type { Enveloper } from './report/enveloper.ts'
import { startHeartbeat } from './report/heartbeat.ts'
import { runLoop } from './run-loop.ts'
import type { Memory, Runtime } from './runtime.ts'
import { isDiskFull } from './store/durable-file.ts'
import type { Store } from './store/store.ts'
import { nextEpoch } from './store/epoch.ts'
import { agentVersion } from './version.ts'

const firstLookMs = 5_000
const countEveryFactor = 5
const lastWordsMs = 2_000
const documentsEveryMs = 10 * 60_000

/** The whole life of one agent on one boot, until the signal is aborted. */
export async function runAgent(platform: Platform, signal: AbortSignal): Promise<void> {
  const { state } = platform
  const epoch = await countStart(state)
  const bootKey = await platform.machine.bootKey()
  log('agent_started', { version: agentVersion, epoch: epoch ?? null, bootKey })
  if (epoch === undefined) {
    log('start_not_counted', { remedy: 'the disk is full, make room: until then nothing is told to the server' })
  }
  const driver = await platform.openDriver()
  const memory = newMemory()
  memory.host = (await lastKnownHost(platform.run)) ?? memory.host
  // A pull that an earlier process began may hold bootc for long: what was known last is enough to say hello.
  await Promise.race([observeHost({ driver, memory, platform }), pause(firstLookMs, signal)])
  const identity = (await usableIdentity(state)) ?? (await enrollNow(platform, memory, signal))
  if (identity === undefined) return
  const change = createChangeSignal(signal)
  const enveloper = createEnveloper({ inc: identity.inc, epoch: epoch ?? 0 })
  const runtime = await openRuntime({ platform, identity, bootKey, memory, enveloper, driver, wake: change.notify })
  const isCounted = epoch !== undefined
  await serve({ runtime, identity, enveloper, isCounted, signal, waitForChange: change.wait })
}

/** Undefined on a full disk: this machine can be looked after, but another start could have the same epoch. */
async function countStart(state: Store): Promise<number | undefined> {
  try {
    return await nextEpoch(state)
  } catch (error) {
    if (!isDiskFull(error)) throw error
    return undefined
  }
}

/** Nothing is said in an epoch that is not on the disk. */
async function awaitCount({ runtime, enveloper, isCounted }: Service, signal: AbortSignal): Promise<void> {
  const { state, retryBaseMs } = runtime.platform
  let epoch: number | undefined
  while (!isCounted && epoch === undefined && !signal.aborted) {
    await pause(retryBaseMs * countEveryFactor, signal)
    epoch = await countStart(state)
  }
  if (epoch === undefined) return
  enveloper.begin(epoch)
  log('start_counted', { epoch })
}

async function enrollNow(platform: Platform, memory: Memory, signal: AbortSignal): Promise<Identity | undefined> {
  const { ref, digest } = reportedImage(memory.host.booted)
  const booted = { ...(ref !== undefined && { ref }), ...(digest !== undefined && { digest }) }
  return enroll({ platform, agentVersion, booted, signal })
}

interface Service {
  runtime: Runtime
  identity: Identity
  enveloper: Enveloper
  /** This start of the agent has an epoch of its own. */
  isCounted: boolean
  signal: AbortSignal
  waitForChange: (until: number | undefined) => Promise<void>
}

/** Connection, heartbeat, documents and the loop, side by side. */
async function serve(service: Service): Promise<void> {
  const { runtime, signal } = service
  const { outbox } = runtime
  const online = new AbortController()
  const renewal = createRenewal(runtime.platform.state, service.identity, () => link.reconnect(0))
  const heartbeat = startHeartbeat(runtime)
  const actions = {
    setHeartbeat: heartbeat.setSeconds,
    renew: () => void renewal.renew(),
    reconnect: (waitMs: number) => link.reconnect(waitMs),
    countOn: (known: MessagePlace) => countOn(runtime.platform.state, service.enveloper, known),
  }
  const link = linkOf(service, { identity: renewal.identity, actions })
  const connection = awaitCount(service, online.signal).then(() => link.run(online.signal))
  const documents = sendDocuments(runtime, signal)
  const renewing = renewal.run(signal)
  await runLoop(runtime, { signal, waitForChange: service.waitForChange })
  heartbeat.stop()
  outbox.say((queue) => queue.putGoodbye({ online: false, why: 'shutdown' }))
  await outbox.flush(lastWordsMs)
  online.abort()
  await Promise.all([connection, documents, renewing])
  log('agent_stopped')
}

function linkOf(
  service: Service,
  parts: { identity: () => Identity; actions: Parameters<typeof receiveControl>[2] },
): Link {
  const { runtime, enveloper } = service
  const { memory, outbox, desired } = runtime
  const inOrder = createSerialQueue()
  const handle = (task: () => Promise<void>): void => {
    inOrder(task).catch((error: unknown) => log('message_failed', { detail: messageOf(error) }))
  }
  return new Link({
    credentials: async () => {
      const identity = parts.identity()
      return { identity, key: await keyOf(runtime.platform.state, identity) }
    },
    carriers: runtime.platform.carriers,
    retryBaseMs: runtime.platform.retryBaseMs,
    will: (conn) => enveloper.wrap({ conn, online: false, why: 'lwt' }),
    lastDesired: () => lastDesired(runtime),
    onUp: (transport) => {
      memory.conn = transport.conn
      outbox.connected(transport, () => helloOf(runtime, transport))
      runtime.wake()
    },
    onDown: () => {
      memory.conn = null
      outbox.disconnected()
      runtime.wake()
    },
    onDesired: (signed) => handle(() => receiveDesired(runtime, signed)),
    onControl: (control) => handle(() => receiveControl(runtime, control, parts.actions)),
  })

  function helloOf({ driver, bootKey }: Runtime, transport: Transport): HelloBody {
    const { gen, hash } = lastDesired(runtime)
    return {
      conn: transport.conn,
      lastGen: gen,
      ...(hash !== undefined && { lastHash: hash }),
      full: desired.current() === undefined,
      agent: agentVersion,
      caps: capabilityWords(driver.capabilities),
      bootKey,
      booted: reportedImage(memory.host.booted),
    }
  }
}

function lastDesired({ desired }: Runtime): { gen: number; hash?: string } {
  const current = desired.current()
  return current === undefined ? { gen: 0 } : { gen: current.doc.gen, hash: current.hash }
}

/** Inventory and drift: on start, and looked at again from time to time; sent when they changed. */
async function sendDocuments(runtime: Runtime, signal: AbortSignal): Promise<void> {
  const { memory, outbox, platform } = runtime
  const hardwareId = await platform.machine.hardwareId()
  const otherUpdaters = await platform.machine.disableOtherUpdaters()
  if (otherUpdaters.length > 0) log('other_updaters_stopped', { units: otherUpdaters.join(', ') })
  while (!signal.aborted) {
    // Logins that were taken back are gone soon, also where nothing is pulled.
    await keepRegistryAuth(runtime)
    if (memory.hostIsFresh) {
      const inventory = documentOf(await buildInventory(runtime, hardwareId))
      const drift = documentOf(driftOf(memory.host, await platform.machine.localDrift(memory.host)))
      memory.inventoryHash = inventory.hash
      memory.driftHash = drift.hash
      outbox.say((queue) => queue.putDocument('up/inventory', inventory))
      outbox.say((queue) => queue.putDocument('up/drift', drift))
      runtime.report()
    }
    await pause(memory.hostIsFresh ? documentsEveryMs : firstLookMs, signal)
  }
}

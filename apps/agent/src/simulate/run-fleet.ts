import { setMaxListeners } from 'node:events'
import { sha256Hex } from '@bootfleet/pki'
import { pause } from '../link/back-off.ts'
import { log, messageOf } from '../log.ts'
import type { Settings } from './config.ts'
import { documentsFromFile, tokensFromApi } from './enrollment-source.ts'
import type { EnrollmentSource } from './enrollment-source.ts'
import { createGate } from './gate.ts'
import { watchRules } from './image-rules.ts'
import { readFleet, writeFleet } from './saved-fleet.ts'
import { SimulatedDevice } from './simulated-device.ts'
import type { Surroundings } from './simulated-device.ts'
import { traitsOf } from './traits.ts'
import type { Traits } from './traits.ts'

const connectsAtATime = 64
/** Enrollments with one token wait for each other in the server. */
const enrollmentsAtATime = 16
const lookEveryMs = 1000
/** Saving may take this share of the time at most. */
const saveShare = 20

export interface FleetRun {
  /** Gets a line for people now and then. */
  say: (line: string) => void
  statusLine: (devices: number) => string
  signal: AbortSignal
}

/** Runs simulated devices until the signal is aborted, then says goodbye for each. */
export async function runFleet(settings: Settings, run: FleetRun): Promise<void> {
  const { signal } = run
  setMaxListeners(0, signal)
  const watched = settings.rulesFile === undefined ? undefined : await watchRules(settings.rulesFile, run.say)
  const fleet = await openFleet(settings, () => [...settings.rules, ...(watched?.rules() ?? [])])
  const { devices } = fleet
  const lives = devices.map((device) =>
    device.run(signal).catch((error: unknown) => log('device_failed', { detail: messageOf(error) })),
  )
  await Promise.all([watch(fleet, run), save(fleet, { settings, signal })])
  await Promise.all(lives)
  watched?.stop()
  if (settings.stateFile !== undefined) await writeFleet(settings.stateFile, devices)
}

interface Fleet {
  devices: SimulatedDevice[]
  source: EnrollmentSource
  /** Changes since this was asked the last time. */
  changed: () => boolean
}

async function openFleet(settings: Settings, rules: Surroundings['rules']): Promise<Fleet> {
  const saved = settings.stateFile === undefined ? {} : await readFleet(settings.stateFile)
  const all = Array.from({ length: settings.devices }, (_, index) => traitsOf(settings.plan, index))
  const isNew = ({ hardwareId }: Traits): boolean => saved[hardwareId]?.documents['identity.json'] === undefined
  const source = await openSource(settings, all.filter(isNew))
  let dirty = true
  const around: Surroundings = {
    speed: settings.speed,
    enrolling: createGate({ perSecond: settings.connectRate, atATime: enrollmentsAtATime }),
    connecting: createGate({ perSecond: settings.connectRate, atATime: connectsAtATime }),
    rules,
    base: baseImage,
    documentFor: source.documentFor,
    onChange: () => {
      dirty = true
    },
  }
  const changed = (): boolean => {
    const was = dirty
    dirty = false
    return was
  }
  return {
    devices: all.map((traits) => new SimulatedDevice(traits, around, saved[traits.hardwareId])),
    source,
    changed,
  }
}

async function openSource({ enrollFile, api, group }: Settings, wanted: readonly Traits[]): Promise<EnrollmentSource> {
  if (enrollFile !== undefined) return documentsFromFile(enrollFile)
  if (api === undefined) throw new Error('Which server? Give --server or --enroll')
  return tokensFromApi(api, wanted, group)
}

/** What every simulated machine comes with: an image that is in no registry. */
function baseImage(architecture: string): { ref: string; digest: string } {
  const digest = `sha256:${sha256Hex(`bootfleet simulated base ${architecture}`)}`
  return { ref: `simulated.invalid/base@${digest}`, digest }
}

/** Tells how it goes, and gives back what is not needed for enrolling any more. */
async function watch({ devices, source }: Fleet, { say, statusLine, signal }: FleetRun): Promise<void> {
  let said = ''
  let enrolling = true
  let connecting = true
  while (!signal.aborted) {
    await pause(lookEveryMs, signal)
    const line = statusLine(devices.length)
    if (line !== said) say(line)
    said = line
    if (connecting && devices.every((device) => device.hasConnected())) {
      connecting = false
      say(`All ${devices.length} devices have connected.`)
    }
    if (enrolling && devices.every((device) => device.isEnrolled())) {
      enrolling = false
      await source.close().catch((error: unknown) => say(messageOf(error)))
    }
  }
}

async function save(
  { devices, changed }: Fleet,
  { settings: { stateFile }, signal }: { settings: Settings; signal: AbortSignal },
): Promise<void> {
  if (stateFile === undefined) return
  let gapMs = lookEveryMs
  while (!signal.aborted) {
    await pause(gapMs, signal)
    if (!changed()) continue
    const startedAt = performance.now()
    await writeFleet(stateFile, devices)
    gapMs = Math.max(lookEveryMs, (performance.now() - startedAt) * saveShare)
  }
}

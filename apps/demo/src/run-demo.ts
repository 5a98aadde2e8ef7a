import { setTimeout as sleep } from 'node:timers/promises'
import type { Demo } from '@bootfleet/contracts'
import { ApiError, type Client } from '@bootfleet/sdk'
import { fleet, images } from './images.ts'

const lookEveryMs = 1000
/** The first rollout does not wait for who is offline for a moment. */
const enoughOnline = 0.9

export interface DemoRun {
  readonly client: Client
  /** `host:port/path` of the images. */
  readonly repository: string
  /** Runs the simulated devices in a group until the signal aborts. */
  readonly simulate: (group: string, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** How a demo came to its end: somebody removed it, or this process is asked to stop. */
export type Ending = 'removed' | 'stopped'

/**
 * Keeps the demo as it should be: set up, with its releases and devices, the first release rolled out once. Looks at
 * what there is and does what is missing, so that it may be started again at any time.
 */
export async function runDemo(run: DemoRun): Promise<Ending> {
  const { client, repository, simulate, signal } = run
  if (isGone(await client.demo.get())) return 'removed'
  const demo = await startUnlessOccupied(run)
  if (demo?.group == null || demo.channel === null) return 'removed'
  await publishMissing(client, demo.channel.id, { repository, releases: demo.releases })
  const over = new AbortController()
  const devices = simulate(demo.group.name, AbortSignal.any([signal, over.signal]))
  const watching = watch(run, over.signal).finally(() => over.abort())
  await Promise.all([devices.finally(() => over.abort()), watching])
  return signal.aborted ? 'stopped' : 'removed'
}

// Somebody was faster and has a fleet of their own: the demo is not wanted any more.
async function startUnlessOccupied({ client, repository, say }: DemoRun): Promise<Demo | undefined> {
  try {
    return await client.demo.start({ body: { repository } })
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error
    say(`There will be no demo: ${error.message}`)
    await client.demo.remove()
    return undefined
  }
}

async function publishMissing(
  client: Client,
  channel: string,
  { repository, releases }: { repository: string; releases: Demo['releases'] },
): Promise<void> {
  const published = new Set(releases.map(({ tag }) => tag))
  for (const { tag } of images)
    if (!published.has(tag))
      await client.releases.create({ params: { channel }, body: { image: `${repository}:${tag}` } })
}

async function watch({ client, signal, say }: DemoRun, over: AbortSignal): Promise<void> {
  let isStarted = false
  while (!signal.aborted && !over.aborted) {
    try {
      const demo = await client.demo.get()
      if (isGone(demo)) return say('The demo was removed.')
      isStarted ||= await startFirst(client, demo, say)
    } catch (error) {
      // The API may be away for a moment; that is no reason to take the devices down.
      say(error instanceof Error ? error.message : String(error))
    }
    await sleep(lookEveryMs, undefined, { signal: AbortSignal.any([signal, over]) }).catch(() => undefined)
  }
}

/** Starts the first rollout once the fleet is there; true when there is nothing to start any more. */
async function startFirst(client: Client, demo: Demo, say: DemoRun['say']): Promise<boolean> {
  const [first] = demo.releases
  if (!first || !demo.channel || first.rollout) return first?.rollout != null
  if (demo.devices < fleet.devices) return false
  const { devices } = await client.fleet.summary()
  if (devices.online < fleet.devices * enoughOnline) return false
  const body = { channel: demo.channel.id, release: first.id, start: 'now' } as const
  // A request whose answer was lost starts no second rollout.
  await client.rollouts.create({ body }, { idempotencyKey: `demo-${first.id}` })
  say(`${devices.online} simulated devices are online: the rollout of ${first.version} has begun.`)
  return true
}

function isGone({ state }: Demo): boolean {
  return state === 'none' || state === 'removing'
}

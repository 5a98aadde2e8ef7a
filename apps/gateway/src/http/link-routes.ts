import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { DesiredQuery, limits, upKinds } from '@bootfleet/contracts'
import {
  OperationError,
  pollDesired,
  readDesiredGen,
  readRegistryAuth,
  type DeviceIdentity,
  type Services,
} from '@bootfleet/operations'
import type { SignedDesired } from '@bootfleet/pki'
import { BoundedMap } from '../connections/bounded-map.ts'
import { createPace, type Pace } from '../connections/pace.ts'
import type { Polls } from '../dispatch/polls.ts'
import type { Receiver } from '../ingest/receiver.ts'
import type { ReadRequestIdentity } from './request-identity.ts'

const upBodyLimit = 1024 * 1024
const storeMs = 15_000

/** Envelopes are checked one by one, so that one that is wrong does not cost the others. */
const UpBody = z.object({
  messages: z.array(z.object({ kind: z.enum(upKinds), envelope: z.unknown() })).max(limits.batchMessages),
})

export interface LinkRoutesOptions {
  readonly services: Services
  readonly gatewayId: string
  readonly identityOf: ReadRequestIdentity
  readonly receiver: Receiver
  readonly polls: Polls
  readonly sign: (payload: string) => Promise<SignedDesired>
  /** Aborts when the gateway stops. */
  readonly stopping: AbortSignal
}

/** POST /device/v1/up and GET /device/v1/desired: the way of devices that MQTT cannot reach. */
export function addLinkRoutes(app: FastifyInstance, options: LinkRoutesOptions): void {
  const { identityOf, receiver, gatewayId } = options
  const paces = new BoundedMap<string, Pace>(20_000)

  app.post('/device/v1/up', { bodyLimit: upBodyLimit }, async (request) => {
    const identity = await identityOf(request)
    const { messages } = UpBody.parse(request.body)
    holdPace(paces, identity.deviceId, messages.length)
    const settled = await withDeadline(
      Promise.all(
        messages.map((posted) =>
          receiver.receivePosted(identity, { kind: posted.kind, envelope: posted.envelope }, gatewayId),
        ),
      ),
    )
    const ids = messages.map(({ envelope }) => idOf(envelope))
    const rejected = settled.flatMap((result, index) =>
      result.outcome === 'rejected' ? [{ id: ids[index] ?? '', code: result.code }] : [],
    )
    const acknowledged = settled.flatMap(({ outcome }, index) => (outcome === 'rejected' ? [] : [ids[index] ?? '']))
    return { acknowledged, rejected, desiredGen: await readDesiredGen(options.services, identity.deviceId) }
  })

  app.get('/device/v1/registry-auth', async (request, reply) => {
    const identity = await identityOf(request)
    holdPace(paces, identity.deviceId, 1)
    // Nobody on the way keeps a copy.
    reply.header('cache-control', 'no-store')
    return { registryAuth: await readRegistryAuth(options.services, identity) }
  })

  app.get('/device/v1/desired', async (request, reply) => {
    const identity = await identityOf(request)
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    return answerPoll(options, { identity, query: DesiredQuery.parse(request.query), gone: gone.signal })
  })
}

/** Answers at once when there is something, else as soon as there is, else with nothing after the time asked for. */
async function answerPoll(
  options: LinkRoutesOptions,
  { identity, query, gone }: { identity: DeviceIdentity; query: z.output<typeof DesiredQuery>; gone: AbortSignal },
) {
  const { services, polls, sign, gatewayId, stopping } = options
  const { deviceId } = identity
  const { gen, hash, conn, wait } = query
  const deadline = performance.now() + wait * 1000
  const signal = AbortSignal.any([gone, stopping])
  for (;;) {
    const answer = await pollDesired(services, { identity, conn, gatewayId, gen, ...(hash !== undefined && { hash }) })
    const ctl = [...polls.collect(deviceId), ...(answer.resync ? [{ kind: 'resync' } as const] : [])]
    if (answer.desired) return { desired: await sign(answer.desired.payload), ctl }
    const left = deadline - performance.now()
    if (ctl.length > 0 || left <= 0) return { ctl }
    if (!(await polls.wait(deviceId, left, signal))) return { ctl: polls.collect(deviceId) }
  }
}

function holdPace(paces: Map<string, Pace>, deviceId: string, count: number): void {
  const burst = limits.batchMessages + limits.messageBurst
  const pace = paces.get(deviceId) ?? createPace({ perSecond: limits.messagesPerSecond, burst })
  paces.set(deviceId, pace)
  if (pace.take(performance.now(), count) > 0)
    throw new OperationError('rate_limited', `A device may send ${limits.messagesPerSecond} messages a second.`)
}

function idOf(envelope: unknown): string {
  const id: unknown = typeof envelope === 'object' && envelope !== null && 'id' in envelope ? envelope.id : undefined
  return typeof id === 'string' ? id.slice(0, 64) : ''
}

/** The device tries again: what is stored twice counts once. */
async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new OperationError('unavailable', 'The messages could not be stored in time. Send them again.')),
      storeMs,
    )
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

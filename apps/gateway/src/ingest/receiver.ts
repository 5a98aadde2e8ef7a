import { topicOf, type UpKind } from '@bootfleet/contracts'
import {
  checkUp,
  ingestBatch,
  isReject,
  pingDatabase,
  parseUp,
  type ControlReply,
  type DeviceIdentity,
  type InboundMessage,
  type IngestOutcome,
  type IngestResult,
  type Services,
} from '@bootfleet/operations'
import type { RawMessage, Refusal } from '../broker/broker-port.ts'
import type { GatewayMetrics } from '../gateway-metrics.ts'
import { createIngestQueue, type IngestQueue } from './ingest-queue.ts'
import type { RejectLog } from './reject-log.ts'

export interface ReceiverOptions {
  readonly services: Services
  readonly metrics: GatewayMetrics
  readonly rejects: RejectLog
  readonly onControl: (reply: ControlReply, transport: 'mqtt' | 'https') => void
  /** A hello came that is older than the one known: of a copy of this device, if that happens often. */
  readonly onStaleHello: (deviceId: string) => void
  readonly onError: (error: unknown) => void
}

/** The one way in for messages of devices, whatever carried them. */
export interface Receiver {
  readonly queue: IngestQueue
  /** From a broker whose connections `owner` holds. Resolves when the message may be acknowledged. */
  receive(message: RawMessage, owner: string): Promise<void>
  /** From an HTTPS request. */
  receivePosted(
    identity: DeviceIdentity,
    posted: { kind: UpKind; envelope: unknown },
    owner: string,
  ): Promise<IngestResult>
  refuse(refusal: Refusal): void
}

/** Reads, checks and queues messages; counts and samples what is refused. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { services, metrics, rejects, onError } = options
  const queue = createIngestQueue({
    ingest: (messages) => {
      const end = metrics.batch.startTimer()
      return ingestBatch(services, messages).finally(end)
    },
    probe: () => pingDatabase(services),
    onStored: (messages, outcome) => announce(options, messages, outcome),
    onError,
  })

  function note(
    result: IngestResult,
    { deviceId, kind, sample }: { deviceId: string; kind: UpKind; sample: () => Uint8Array },
  ) {
    metrics.messages.inc({ kind, outcome: result.outcome })
    if (kind === 'up/hello' && result.outcome === 'duplicate') options.onStaleHello(deviceId)
    if (result.outcome !== 'rejected') return
    metrics.rejects.inc({ code: result.code })
    rejects.add({
      deviceId,
      topic: topicOf(deviceId, kind),
      code: result.code,
      detail: result.detail,
      sample: sample(),
    })
  }

  return {
    queue,
    receive: async ({ deviceId, fingerprint, kind, payload }, owner) => {
      const up = parseUp(kind, payload)
      const sender = {
        deviceId,
        ...(fingerprint !== undefined && { fingerprint }),
        transport: 'mqtt',
        gatewayId: owner,
      } as const
      const result = isReject(up) ? up : await queue.add({ ...sender, up })
      note(result, { deviceId, kind, sample: () => payload })
    },
    receivePosted: async ({ deviceId, fingerprint }, { kind, envelope }, owner) => {
      const up = checkUp(kind, envelope)
      const result = isReject(up)
        ? up
        : await queue.add({ deviceId, fingerprint, transport: 'https', gatewayId: owner, up })
      note(result, { deviceId, kind, sample: () => Buffer.from(JSON.stringify(envelope) ?? '') })
      return result
    },
    refuse: ({ topic, code, detail, deviceId }) => {
      metrics.rejects.inc({ code })
      rejects.add({ topic, code, detail, sample: new Uint8Array(), ...(deviceId !== undefined && { deviceId }) })
    },
  }
}

function announce(
  { onControl }: ReceiverOptions,
  messages: readonly InboundMessage[],
  { controls }: IngestOutcome,
): void {
  if (controls.length === 0) return
  const transports = new Map(messages.map(({ deviceId, transport }) => [deviceId, transport]))
  for (const reply of controls) onControl(reply, transports.get(reply.deviceId) ?? 'mqtt')
}

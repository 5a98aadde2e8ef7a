import { downKinds, limits, parseUpTopic, topicOf, type UpKind } from '@bootfleet/contracts'

const willBytes = 2048

interface Publish {
  readonly topic: string
  readonly payload: string | Uint8Array
  readonly qos: number
  readonly retain: boolean
}

/** The kind of a message that a device may publish, or why it may not. */
export function judgePublish(deviceId: string, packet: Publish): { kind: UpKind } | { refused: string } {
  const parsed = parseUpTopic(packet.topic)
  if (parsed?.device !== deviceId) return { refused: 'forbidden_topic' }
  if (packet.retain) return { refused: 'retain' }
  if (packet.qos > 1) return { refused: 'qos' }
  if (packet.payload.length > limits.documentBytes) return { refused: 'too_large' }
  return { kind: parsed.kind }
}

/** Why a will may not be left behind; the broker publishes it later without asking again. */
export function judgeWill(deviceId: string, will: Publish): string | undefined {
  const judged = judgePublish(deviceId, will)
  if ('refused' in judged) return judged.refused
  if (judged.kind !== 'up/presence') return 'forbidden_topic'
  return will.payload.length > willBytes ? 'too_large' : undefined
}

/** Whether a device may subscribe to this filter: its own two topics, written out. */
export function maySubscribe(deviceId: string, filter: string): boolean {
  return downKinds.some((kind) => filter === topicOf(deviceId, kind))
}

import type { Packet } from 'mqtt-packet'

const answerMs = 10_000
const maxOutstanding = 1_000

/** Packets that wait for the broker's answer, by their packet id. */
export interface MqttRequests {
  /** Sends what `packet` makes of a free id; resolves with the grants of a SUBACK, or nothing for a PUBACK. */
  send(packet: (messageId: number) => Packet): Promise<readonly unknown[]>
  answered(messageId: number | undefined, granted: readonly unknown[]): void
  /** Fails everything that waits and whatever comes. */
  fail(error: Error): void
}

interface Outstanding {
  readonly resolve: (granted: readonly unknown[]) => void
  readonly reject: (error: Error) => void
}

/** `onSilence` is called when an answer does not come in time: the connection is of no use any more. */
export function createMqttRequests(write: (packet: Packet) => void, onSilence: () => void): MqttRequests {
  const outstanding = new Map<number, Outstanding>()
  let lastId = 0
  let failure: Error | undefined
  return {
    send: (packet) => {
      if (failure) return Promise.reject(failure)
      if (outstanding.size >= maxOutstanding) return Promise.reject(new Error('too many messages wait for the broker'))
      do lastId = (lastId % 0xffff) + 1
      while (outstanding.has(lastId))
      const messageId = lastId
      const timer = setTimeout(onSilence, answerMs)
      return new Promise<readonly unknown[]>((resolve, reject) => {
        outstanding.set(messageId, { resolve, reject })
        write(packet(messageId))
      }).finally(() => clearTimeout(timer))
    },
    answered: (messageId = 0, granted) => {
      outstanding.get(messageId)?.resolve(granted)
      outstanding.delete(messageId)
    },
    fail: (error) => {
      failure = error
      for (const { reject } of outstanding.values()) reject(error)
      outstanding.clear()
    },
  }
}

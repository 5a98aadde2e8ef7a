import { MqttError } from './mqtt-error.ts'

interface Waiting {
  send: (messageId: number) => void
  resolve: () => void
  reject: (error: Error) => void
  timer?: NodeJS.Timeout
}

export interface InFlightOptions {
  maxInFlight: number
  maxQueued: number
  timeoutMs: number
  /** The peer did not acknowledge in time: the connection is of no use any more. */
  onTimeout: () => void
}

/** Messages on their way: packet ids, acknowledgements, and a bounded queue behind a bounded window. */
export interface InFlight {
  /** Calls `send` with a free packet id when there is room; resolves when `acknowledge` is called with it. */
  add: (send: (messageId: number) => void) => Promise<void>
  acknowledge: (messageId: number) => void
  /** Fails what waits and whatever is added later. */
  close: (error: Error) => void
}

export function createInFlight(options: InFlightOptions): InFlight {
  const sent = new Map<number, Waiting>()
  const queue: Waiting[] = []
  let lastId = 0
  let closed: Error | undefined

  function freeId(): number {
    do lastId = (lastId % 0xff_ff) + 1
    while (sent.has(lastId))
    return lastId
  }

  function pump(): void {
    while (sent.size < options.maxInFlight) {
      const next = queue.shift()
      if (next === undefined) return
      const messageId = freeId()
      next.timer = setTimeout(options.onTimeout, options.timeoutMs)
      sent.set(messageId, next)
      next.send(messageId)
    }
  }

  return {
    add: (send) =>
      new Promise<void>((resolve, reject) => {
        if (closed !== undefined) {
          reject(closed)
          return
        }
        if (queue.length >= options.maxQueued) {
          reject(new MqttError('queue_full', `${options.maxQueued} messages already wait to be sent: try again later`))
          return
        }
        queue.push({ send, resolve, reject })
        pump()
      }),
    acknowledge: (messageId) => {
      const waiting = sent.get(messageId)
      if (waiting === undefined) return
      sent.delete(messageId)
      clearTimeout(waiting.timer)
      waiting.resolve()
      pump()
    },
    close: (error) => {
      closed = error
      const all = [...sent.values(), ...queue]
      sent.clear()
      queue.length = 0
      for (const waiting of all) {
        clearTimeout(waiting.timer)
        waiting.reject(error)
      }
    },
  }
}

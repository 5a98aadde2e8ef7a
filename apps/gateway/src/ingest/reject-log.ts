import { recordRejects, type RejectedMessage, type Services } from '@bootfleet/operations'

const flushMs = 1_000
const kept = 200

/** Samples of what was refused, written now and then. What comes faster than that is only counted. */
export interface RejectLog {
  add(reject: RejectedMessage): void
  flush(): Promise<void>
  close(): Promise<void>
}

export function createRejectLog(services: Services, onError: (error: unknown) => void): RejectLog {
  let pending: RejectedMessage[] = []
  async function flush(): Promise<void> {
    const batch = pending
    pending = []
    await recordRejects(services, batch).catch(onError)
  }
  const timer = setInterval(() => void flush(), flushMs)
  return {
    add: (reject) => {
      // A copy: the bytes belong to a buffer of the connection.
      if (pending.length < kept) pending.push({ ...reject, sample: Uint8Array.from(reject.sample.subarray(0, 512)) })
    },
    flush,
    close: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}

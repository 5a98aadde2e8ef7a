import { describe, expect, it } from 'vitest'
import { createInFlight } from './in-flight.ts'
import { MqttError } from './mqtt-error.ts'

function small(onTimeout = () => {}) {
  const sent: number[] = []
  const inFlight = createInFlight({ maxInFlight: 2, maxQueued: 2, timeoutMs: 60_000, onTimeout })
  const add = () => inFlight.add((messageId) => sent.push(messageId))
  return { inFlight, sent, add }
}

describe('messages in flight', () => {
  it('wait behind the window and go on with each acknowledgement', async () => {
    const { inFlight, sent, add } = small()
    const first = add()
    const others = [add(), add()]
    expect(sent).toEqual([1, 2])
    inFlight.acknowledge(1)
    await first
    expect(sent).toEqual([1, 2, 3])
    for (const id of [2, 3]) inFlight.acknowledge(id)
    await Promise.all(others)
  })

  it('are refused when too many wait', async () => {
    const { inFlight, add } = small()
    const waiting = [add(), add(), add(), add()]
    await expect(add()).rejects.toMatchObject({ code: 'queue_full' })
    const closed = Promise.allSettled(waiting)
    inFlight.close(new MqttError('closed', 'over'))
    expect((await closed).every(({ status }) => status === 'rejected')).toBe(true)
  })

  it('ignore acknowledgements of nothing, and are refused after the end', async () => {
    const { inFlight, add } = small()
    inFlight.acknowledge(77)
    inFlight.close(new MqttError('closed', 'over'))
    await expect(add()).rejects.toMatchObject({ code: 'closed' })
  })
})

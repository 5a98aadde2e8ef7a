import type { BootBody, Envelope, HelloBody, StateBody, UpKind } from '@bootfleet/contracts'
import { describe, expect, it } from 'vitest'
import type { Transport } from '../link/transport.ts'
import { createEnveloper } from './enveloper.ts'
import { Outbox } from './outbox.ts'

const hello = () => ({ lastGen: 0 }) as HelloBody
const state = (observedGen: number) => ({ observedGen }) as StateBody
const boot = (bootKey: string) => ({ bootKey }) as BootBody

function wire(conn = 'c1') {
  const sent: { kind: UpKind; envelope: Envelope }[] = []
  const transport: Transport & { refuse?: Error } = {
    conn,
    carrier: 'mqtt',
    send: async (kind, envelope) => {
      if (transport.refuse) throw transport.refuse
      sent.push({ kind, envelope })
    },
    close: async () => undefined,
    destroy: () => undefined,
  }
  return { sent, transport, kinds: () => sent.map(({ kind }) => kind) }
}

function newOutbox(boots: BootBody[] = []): Outbox {
  return new Outbox(createEnveloper({ inc: 2, epoch: 7 }), () => boots)
}

describe('the outbox', () => {
  it('keeps what there is to say until there is a connection, and says hello first', async () => {
    const outbox = newOutbox([boot('b1')])
    const { transport, kinds, sent } = wire()
    outbox.say((queue) => queue.putState(state(1)))
    outbox.say((queue) => queue.putAck({ gen: 1, hash: 'h', phase: 'accepted' }))
    outbox.say((queue) => queue.putState(state(2)))
    outbox.connected(transport, hello)
    await outbox.flush(5000)
    expect(kinds()).toEqual(['up/hello', 'up/ack', 'up/state', 'up/boot'])
    expect(sent[2]?.envelope).toMatchObject({ v: 1, inc: 2, epoch: 7, seq: 3, body: { observedGen: 2 } })
    expect(outbox.lastKeptSeq()).toBe(3)
  })

  it('says a state once, and again on another connection', async () => {
    const outbox = newOutbox()
    const first = wire('c1')
    outbox.connected(first.transport, hello)
    outbox.say((queue) => queue.putState(state(1)))
    outbox.say((queue) => queue.putState(state(1)))
    await outbox.flush(5000)
    expect(first.kinds()).toEqual(['up/hello', 'up/state'])
    outbox.disconnected()
    const second = wire('c2')
    outbox.connected(second.transport, hello)
    await outbox.flush(5000)
    expect(second.kinds()).toEqual(['up/hello', 'up/state'])
  })

  it('says again what was on its way when it was asked to say all again', async () => {
    const outbox = newOutbox()
    const { transport, kinds, sent } = wire()
    const { send } = transport
    let again = (): void => outbox.say((queue) => queue.repeatAll())
    transport.send = async (kind, envelope) => {
      await send(kind, envelope)
      if (kind !== 'up/state') return
      again()
      again = () => undefined
    }
    outbox.say((queue) => queue.putState(state(1)))
    outbox.connected(transport, hello)
    await outbox.flush(5000)
    expect(kinds()).toEqual(['up/hello', 'up/state', 'up/hello', 'up/state'])
    expect(sent).toHaveLength(4)
  })

  it('says goodbye last, and with the name of the connection', async () => {
    const outbox = newOutbox()
    const { transport, kinds, sent } = wire()
    outbox.say((queue) => queue.putState(state(1)))
    outbox.connected(transport, hello)
    outbox.say((queue) => queue.putGoodbye({ online: false, why: 'reboot' }))
    await outbox.flush(5000)
    expect(kinds()).toEqual(['up/hello', 'up/state', 'up/presence'])
    expect(sent.at(-1)?.envelope.body).toEqual({ conn: 'c1', online: false, why: 'reboot' })
  })

  it('keeps the last 32 acknowledgements and no more', async () => {
    const outbox = newOutbox()
    for (let gen = 1; gen <= 100; gen += 1) outbox.queue.putAck({ gen, hash: 'h', phase: 'stale' })
    expect(outbox.queue.next()).toMatchObject({ kind: 'up/ack', body: { gen: 69 } })
  })

  it('drops what can never be sent and goes on', async () => {
    const outbox = newOutbox()
    const { transport, kinds } = wire()
    transport.refuse = Object.assign(new Error('too large'), { code: 'too_large' })
    outbox.connected(transport, hello)
    await outbox.flush(1000)
    delete transport.refuse
    outbox.say((queue) => queue.putState(state(1)))
    await outbox.flush(5000)
    expect(kinds()).toEqual(['up/state'])
  })
})

import { enrollMachines } from './enroll-machines.ts'
import { inParallel } from './in-parallel.ts'
import { LoadedDevice } from './loaded-device.ts'
import {
  clock,
  type Arrival,
  type CallName,
  type ConnectInput,
  type GeneratorCalls,
  type Reply,
  type Request,
} from './protocol.ts'

type Handlers = {
  readonly [Name in CallName]: (input: GeneratorCalls[Name]['input']) => Promise<GeneratorCalls[Name]['output']>
}

const devices = new Map<string, LoadedDevice>()
let arrivals: Arrival[] = []

function connect(input: ConnectInput) {
  return inParallel(input.devices, input.concurrency, async (facts) => {
    const device = new LoadedDevice(facts, (arrival) => arrivals.push(arrival))
    await device.connect(input, facts)
    devices.set(device.id, device)
  })
}

const handlers: Handlers = {
  connect,
  enroll: enrollMachines,
  report: ({ rounds }) => {
    const all = [...devices.values()]
    return inParallel(all, all.length, async (device) => {
      for (let round = 0; round < rounds; round++) await device.report()
    })
  },
  send: async ({ device, state }) => {
    const at = clock()
    await devices.get(device)?.report(state)
    return { at }
  },
  arrivals: async () => {
    const taken = arrivals
    arrivals = []
    return taken
  },
  arrived: async () => new Set(arrivals.map(({ device }) => device)).size,
}

function reply(answer: Reply): void {
  process.send?.(answer)
}

process.on('message', ({ id, name, input }: Request) => {
  const handle = handlers[name] as (given: unknown) => Promise<unknown>
  handle(input).then(
    (output) => reply({ id, output }),
    (error: unknown) => reply({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
// The bench is gone, so nobody needs the devices any longer.
process.on('disconnect', () => process.exit())

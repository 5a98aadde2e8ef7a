import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CallName, GeneratorCalls, Reply } from './protocol.ts'

const program = fileURLToPath(new URL('../load-generator.mjs', import.meta.url))

/** The load generator as the bench sees it. */
export interface Generator {
  readonly pid: number
  call<Name extends CallName>(name: Name, input: GeneratorCalls[Name]['input']): Promise<GeneratorCalls[Name]['output']>
  stop(): Promise<void>
}

interface Waiting {
  readonly resolve: (output: unknown) => void
  readonly reject: (error: Error) => void
}

export function startGenerator(): Generator {
  const child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  child.on('message', ({ id, output, error }: Reply) => {
    const call = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) call?.resolve(output)
    else call?.reject(new Error(`the load generator failed: ${error}`))
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the load generator ended with code ${code}`))
  })
  return {
    pid: child.pid ?? 0,
    call: async (name, input) => {
      lastId += 1
      const id = lastId
      const output = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }))
      child.send({ id, name, input })
      return (await output) as GeneratorCalls[typeof name]['output']
    },
    stop: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}

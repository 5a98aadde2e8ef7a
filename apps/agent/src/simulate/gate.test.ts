import { expect, test } from 'vitest'
import { createGate } from './gate.ts'

const task = () => {
  let finish = (): void => undefined
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  return { run: () => done, finish }
}

test('a gate lets no more through at a time than it should, in order', async () => {
  const gate = createGate({ perSecond: 10_000, atATime: 2 })
  const tasks = [task(), task(), task()]
  const begun: number[] = []
  const passing = tasks.map(({ run }, index) =>
    gate.pass(() => {
      begun.push(index)
      return run()
    }),
  )
  tasks[1]?.finish()
  await passing[1]
  tasks[2]?.finish()
  await passing[2]
  expect(begun).toEqual([0, 1, 2])
  tasks[0]?.finish()
  await Promise.all(passing)
})

test('whoever gives up waiting makes room for the next', async () => {
  const gate = createGate({ perSecond: 10_000, atATime: 1 })
  await expect(gate.pass(async () => undefined, AbortSignal.abort())).rejects.toThrow()
  expect(await gate.pass(async () => 'through')).toBe('through')
})

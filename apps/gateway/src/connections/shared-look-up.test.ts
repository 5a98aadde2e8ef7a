import { expect, test } from 'vitest'
import { shareLookUps } from './shared-look-up.ts'

/** Look-ups that end when they are told to. */
function manualLookUps() {
  const asked: { keys: readonly string[]; settle: (error?: Error) => void }[] = []
  const read = shareLookUps(
    (keys) =>
      new Promise<Map<string, string>>((resolve, reject) =>
        asked.push({
          keys,
          settle: (error) => (error ? reject(error) : resolve(new Map(keys.map((key) => [key, `of ${key}`])))),
        }),
      ),
  )
  return { read, asked, turn: () => new Promise(setImmediate) }
}

test('whoever asks while a look-up runs shares the next one', async () => {
  const { read, asked, turn } = manualLookUps()
  const first = read('a')
  await turn()
  const others = [read('b'), read('c'), read('b')]
  await turn()
  expect(asked.map(({ keys }) => keys)).toEqual([['a']])
  asked[0]?.settle()
  expect(await first).toBe('of a')
  await turn()
  expect(asked[1]?.keys).toEqual(['b', 'c'])
  asked[1]?.settle()
  expect(await Promise.all(others)).toEqual(['of b', 'of c', 'of b'])
})

test('a look-up that fails fails those who share it, and nobody after them', async () => {
  const { read, asked, turn } = manualLookUps()
  const first = read('a')
  await turn()
  const second = read('b')
  asked[0]?.settle(new Error('away'))
  await expect(first).rejects.toThrow('away')
  await turn()
  asked[1]?.settle()
  expect(await second).toBe('of b')
})

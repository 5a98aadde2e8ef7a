import { describe, expect, it } from 'vitest'
import { memoryStore } from '../simulate/memory-store.ts'
import { dropCollected, keepCollected, readCollected } from './collected-log.ts'

const file = 'collected-log.json'

describe('a collected log', () => {
  it('is there for its own question, until it is dropped', async () => {
    const state = memoryStore()
    expect(await readCollected(state, 1)).toBeUndefined()
    await keepCollected(state, { count: 1, text: 'one' })
    expect(await readCollected(state, 1)).toBe('one')
    expect(await readCollected(state, 2)).toBeUndefined()
    await keepCollected(state, { count: 2, text: 'two' })
    expect(await readCollected(state, 2)).toBe('two')
    await dropCollected(state)
    expect(await readCollected(state, 2)).toBeUndefined()
  })

  it.each(['', '{"count":1,"te', 'null', '[]', '{"count":"1","text":"x"}', '{"count":1}', '\u0000'])(
    'that is damaged (%j) is none',
    async (content) => {
      expect(await readCollected(memoryStore({ [file]: content }), 1)).toBeUndefined()
    },
  )

  it('for which there is no room is not kept, and that is no failure', async () => {
    const full = { ...memoryStore(), write: () => Promise.reject(new Error('no space left on device')) }
    await keepCollected(full, { count: 1, text: 'one' })
    expect(await readCollected(full, 1)).toBeUndefined()
  })
})

/** The next number from 0 up to, not including, 1. */
export type Random = () => number

/** The same sequence for the same key, on every machine (mulberry32 over an FNV-1a hash of the key). */
export function seededRandom(key: string): Random {
  let state = hash(key)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value
}

export function between(random: Random, [low, high]: readonly [number, number]): number {
  return low + random() * (high - low)
}

/** A new order of the same items. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ item }) => item)
}

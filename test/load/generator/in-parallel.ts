import type { Timed } from './protocol.ts'

/** Does something with each item, so many at a time, and times the whole and every one. */
export async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<Timed> {
  const left = items.values()
  const each: number[] = []
  const started = performance.now()
  const lane = async () => {
    for (const item of left) {
      const begun = performance.now()
      await work(item)
      each.push(performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane))
  return { elapsedMs: performance.now() - started, each }
}

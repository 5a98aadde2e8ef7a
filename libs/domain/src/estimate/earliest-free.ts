import type { Instant } from '../rollout/view.ts'

/** Places that are taken one after the other, each for a time: the one that is free first is taken next. */
export interface Places {
  /** When the first of them is free. */
  first(): Instant
  /** Takes that one until a time. */
  takeUntil(time: Instant): void
}

/** So many places, all free from a time on. A binary heap in one array. */
export function placesFrom(count: number, from: Instant): Places {
  const heap = new Float64Array(Math.max(1, count)).fill(from)
  return { first: () => heap[0] ?? from, takeUntil: (time) => sinkFirst(heap, time) }
}

function sinkFirst(heap: Float64Array, time: Instant): void {
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const right = left + 1
    const child = right < heap.length && (heap[right] ?? 0) < (heap[left] ?? 0) ? right : left
    const value = heap[child]
    if (child >= heap.length || value === undefined || value >= time) break
    heap[at] = value
    at = child
  }
  heap[at] = time
}

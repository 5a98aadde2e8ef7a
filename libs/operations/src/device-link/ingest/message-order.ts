import type { Envelope } from '@bootfleet/contracts'

/** `(inc, epoch, seq)`, compared from left to right. */
export function compareOrder(one: Envelope, other: Envelope): number {
  return one.inc - other.inc || one.epoch - other.epoch || one.seq - other.seq
}

/** The newest message per key; input order breaks no tie, since equal orders are the same message. */
export function newestPer<T extends { envelope: Envelope }>(
  messages: readonly T[],
  keyOf: (message: T) => string,
): T[] {
  const newest = new Map<string, T>()
  for (const message of messages) {
    const key = keyOf(message)
    const known = newest.get(key)
    if (!known || compareOrder(message.envelope, known.envelope) > 0) newest.set(key, message)
  }
  return [...newest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, message]) => message)
}

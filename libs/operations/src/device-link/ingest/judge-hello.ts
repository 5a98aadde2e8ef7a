import type { HelloBody } from '@bootfleet/contracts'

/**
 * What a device's own number says about the stored document: `same`, `send` it, or the server is `behind`: restored from
 * a backup, it would give a number away a second time.
 */
export function judgeHello(
  { lastGen, lastHash, full }: Pick<HelloBody, 'lastGen' | 'lastHash' | 'full'>,
  stored: { gen: number; hash: string | null },
): 'same' | 'send' | 'behind' {
  if (lastGen > stored.gen) return 'behind'
  if (lastGen < stored.gen || lastHash === undefined) return 'send'
  if (lastHash !== stored.hash) return 'behind'
  return full ? 'send' : 'same'
}

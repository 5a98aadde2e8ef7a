import { InvalidArgumentError } from 'commander'
import type { Page } from '@bootfleet/contracts'
import type { Output } from './output/output.ts'

const pageSize = 200

/** Reads pages until there are `limit` items; `nextCursor` is where the list goes on. */
export async function readPages<T>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>,
  limit: number,
): Promise<Page<T>> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const size = Math.min(pageSize, limit - items.length)
    const page: Page<T> = await read({ limit: size, ...(cursor !== null && { cursor }) })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null && items.length < limit)
  return { items, nextCursor: cursor }
}

/** Says beside a list that it goes on. */
export function noteMore(output: Output, { items, nextCursor }: Page<unknown>): void {
  if (nextCursor !== null) output.note(`These are the first ${items.length}; --limit shows more.`)
}

/** Reads `--limit` and other counts. */
export function parseCount(text: string): number {
  const count = Number(text)
  if (/^\d{1,6}$/.test(text) && count > 0) return count
  throw new InvalidArgumentError('It must be a whole number from 1 to 999999.')
}

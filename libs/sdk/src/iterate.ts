import type { Page } from '@bootfleet/contracts'

/** Every item of a list, page by page: `for await (const device of iterate(client.devices.list, { query: { q } }))`. */
export async function* iterate<T, A extends { readonly query?: object | undefined }>(
  list: ((args?: A) => Promise<Page<T>>) | ((args: A) => Promise<Page<T>>),
  args: NoInfer<A>,
): AsyncGenerator<T, void, undefined> {
  let cursor: string | null = null
  do {
    const query: object = { ...args.query, ...(cursor !== null && { cursor }) }
    const page: Page<T> = await list({ ...args, query })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}

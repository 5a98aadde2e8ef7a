import { z } from 'zod'
import { callApi } from './api.ts'
import type { Api } from './api.ts'

const Ids = z.object({ items: z.array(z.object({ id: z.string() })) })
const atATime = 8
const pageSize = 200

/** Removes every device with the label `simulated=true` from the organization; resolves with their number. */
export async function removeSimulated(api: Api): Promise<number> {
  const query = new URLSearchParams({ selector: 'simulated=true', limit: String(pageSize) })
  let removed = 0
  for (;;) {
    const page = await callApi(api, { method: 'GET', path: `/v1/devices?${query.toString()}` }, Ids)
    if (page.items.length === 0) return removed
    const left = [...page.items]
    const work = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        await callApi(api, { method: 'DELETE', path: `/v1/devices/${next.id}` }, z.unknown())
        removed += 1
      }
    }
    await Promise.all(Array.from({ length: atATime }, work))
  }
}

import { notFound } from 'next/navigation'
import { readApi } from '../../lib/server-api.ts'

/** A policy with its versions, the rollouts made from it, and the recipe of the version that is asked for. */
export async function readPolicy(key: string, asked: { version: string | undefined; cursor: string | undefined }) {
  const params = { policy: key }
  const { policy, versions, uses } = await readApi(async (api) => {
    const [found, history] = await Promise.all([
      api.policies.get({ params }),
      api.policies.versions({ params, query: { limit: 20 } }),
    ])
    const query = { policy: found.id, limit: 20, ...(asked.cursor && { cursor: asked.cursor }) }
    return { policy: found, versions: history.items, uses: await api.rollouts.list({ query }) }
  })
  const number = asked.version === undefined ? policy.version : Number(asked.version)
  if (number === policy.version) return { policy, versions, uses, shown: { version: number, spec: policy.spec } }
  const shown = versions.find(({ version }) => version === number)
  if (shown === undefined) notFound()
  return { policy, versions, uses, shown }
}

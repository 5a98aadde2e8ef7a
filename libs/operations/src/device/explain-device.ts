import type { Because, Explanation } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { explainFacts } from './explain-facts.ts'
import { readExplainFacts } from './read-explain-facts.ts'

/** Why a device is not updating, the most important reason first; never empty. */
export async function explainDevice(ctx: Ctx, { id }: { id: string }): Promise<Explanation> {
  authorize(ctx, 'fleet:read')
  const facts = await inOrganization(ctx, (tx) => readExplainFacts(tx, ctx, id))
  const reasons: Because[] = explainFacts(facts)
  return { reasons }
}

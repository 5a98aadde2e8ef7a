import { Prisma } from '@bootfleet/db'

/**
 * An id whose value the planner cannot see. Statistics know nothing of a rollout that was just planned: of its id the
 * planner would believe that no target has it, and take any index that begins with it, to read them all. Of an id that it
 * cannot see it knows how many targets share one.
 */
export function hiddenId(id: string): Prisma.Sql {
  return Prisma.sql`(SELECT ${id}::uuid)`
}

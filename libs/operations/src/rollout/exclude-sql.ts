import type { PolicySpec } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'
import { selectorSql } from '../device/selector-sql.ts'

/** The selectors of devices that a rollout leaves out: its own and the one of its policy. */
export function excludesOf(rollout: { readonly exclude: string | null; readonly policy: PolicySpec }): string[] {
  return [rollout.exclude, rollout.policy.exclude ?? null].filter((selector) => selector !== null)
}

/** Whether one of these selectors leaves out a device, which the query must call `d`. */
export function excludedSql(excludes: readonly string[]): Prisma.Sql {
  if (excludes.length === 0) return Prisma.sql`false`
  const matches = excludes.map((selector) => Prisma.sql`(${selectorSql(selector)})`)
  return Prisma.sql`(${Prisma.join(matches, ' OR ')})`
}

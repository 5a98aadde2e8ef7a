import { z } from 'zod'
import { labelKeyPattern, labelValuePattern, parseSelector, selectorLimits } from '@bootfleet/domain'

/** A point in time on the wire: ISO 8601 in UTC. */
export const Instant = z.iso.datetime()

/** A point in time that a caller gives; any offset. */
export const InstantInput = z.iso.datetime({
  offset: true,
  error: 'must be a date and a time with its zone, as in "2026-03-29T02:30:00+02:00"',
})

const reasonError = 'must say why, in 1 to 500 characters'

/** Why somebody does it, for those who come after. */
export const ReasonInput = z.string(reasonError).trim().min(1, reasonError).max(500, reasonError)

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Name of a channel, group or policy; unique in the organization. Never looks like an id, so both address it. */
export const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, ".", "_", "-", and start with a letter or digit')
  .refine((name) => !uuidPattern.test(name), 'must not look like an id')

/** Addresses a resource by its id or its name. */
export const Key = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be an id or a name')

/** Whether a key is an id. */
export function isId(key: string): boolean {
  return uuidPattern.test(key)
}

export const Role = z.enum(['viewer', 'operator', 'approver', 'admin', 'monitor'])

export const LabelKey = z.string().regex(labelKeyPattern, 'must be 1 to 63 letters, digits, ".", "_", "/", "-"')

/** Key/value pairs on a device, at most 64. */
export const Labels = z
  .record(LabelKey, z.string().regex(labelValuePattern, 'must be at most 63 letters, digits, ".", "_", "-"'))
  .refine((labels) => Object.keys(labels).length <= 64, 'must have at most 64 labels')

/** `key=value, key!=value, key in (a,b), key notin (a,b), key, !key`, joined by commas; see docs. */
export const SelectorText = z
  .string()
  .min(1)
  .max(selectorLimits.bytes)
  .superRefine((text, issues) => {
    try {
      parseSelector(text)
    } catch (error) {
      issues.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not a selector' })
    }
  })

export const NamedRef = z.object({ id: z.uuid(), name: z.string() }).meta({ id: 'NamedRef' })
export type NamedRef = z.infer<typeof NamedRef>

/** Why: a stable code, a sentence for people, and whatever detail belongs to the code. */
export const Because = z.looseObject({ code: z.string(), message: z.string() }).meta({ id: 'Because' })
export type Because = z.infer<typeof Because>

/** Answers to "why is nothing happening?", the most important first. */
export const Explanation = z.object({ reasons: z.array(Because) }).meta({ id: 'Explanation' })
export type Explanation = z.infer<typeof Explanation>

export const IdParams = z.object({ id: z.uuid() })

/** What every list takes. `cursor` is the `nextCursor` of the page before. */
export const PageQuery = z.strictObject({
  cursor: z.string().min(1).max(400).optional(),
  limit: z.coerce.number<number | string>().int().min(1).max(200).default(50),
})
export type PageQuery = z.output<typeof PageQuery>

/** One page of a list; `nextCursor` is null on the last one. */
export function pageOf<T extends z.ZodType>(item: T, id: string) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() }).meta({ id })
}

export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

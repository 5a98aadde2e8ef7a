import { plainText } from '../plain-text.ts'

/** Documents of other programs, read by hand: what has not the expected form is as good as not there. */
export type Json = Record<string, unknown>

const maxText = 512

/** A JSON object. */
export function record(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

/** A string of at most 512 characters, without those that no reader can take. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= maxText ? plainText(value) : undefined
}

/** A whole number from zero on; 0 is the stand-in. */
export function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0
}

/** The strings of a list, at most `limit` of them. */
export function texts(value: unknown, limit: number): string[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((entry) => text(entry) ?? []).slice(0, limit)
}

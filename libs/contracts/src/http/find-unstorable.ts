const unstorable = /[\0\p{Surrogate}]/u

/**
 * Path of the first text in a parsed JSON value that PostgreSQL cannot store, `spec.waves.0.name`: one with a NUL
 * character or half of a surrogate pair. `undefined` if there is none.
 */
export function findUnstorable(value: unknown): string | undefined {
  if (typeof value === 'string') return unstorable.test(value) ? '' : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, item] of Object.entries(value)) {
    const found = unstorable.test(name) ? '' : findUnstorable(item)
    if (found !== undefined) return found === '' ? name : `${name}.${found}`
  }
  return undefined
}

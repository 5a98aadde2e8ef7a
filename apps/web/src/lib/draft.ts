/** A document while it is edited: plain data, not yet what its schema wants. */
export type Draft = Readonly<Record<string, unknown>>

/** What is at a path such as `spec.waves.0.name`; undefined where there is nothing. */
export function valueAt(draft: unknown, path: string): unknown {
  let found: unknown = draft
  for (const key of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Record<string, unknown>)[key]
  }
  return found
}

/** The document with another value at a path, which is made where it is missing; undefined takes the field out. */
export function withValue(draft: Draft, path: string, value: unknown): Draft {
  return put(draft, path.split('.'), value) as Draft
}

/** The fields of a document that differ from what it was. */
export function changesOf(before: Draft, after: Draft): Draft {
  const text = (value: unknown) => JSON.stringify(value)
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => text(value) !== text(before[name])))
}

function put(at: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  const next = rest.length === 0 ? value : put(valueAt(at, key), rest, value)
  if (Array.isArray(at)) return at.map((item: unknown, index) => (String(index) === key ? next : item))
  const { [key]: _old, ...others } = typeof at === 'object' && at !== null ? (at as Record<string, unknown>) : {}
  // Where it was, so that the document reads the same but for the one field.
  if (typeof at === 'object' && at !== null && key in at && next !== undefined) return { ...at, [key]: next }
  return next === undefined ? others : { ...others, [key]: next }
}

const secretName = /token|passw|secret|authorization|cookie|credential|jwt|(^|private|master|api|signing)key(pem)?$/
// Ids and names of secrets are not secret, and are what makes a line useful.
const harmlessName = /(id|name|count|length|display|expiresat)$/
const maxDepth = 8
const maxItems = 100

/** A copy of `value` for a log line: secrets by the name of their field replaced, depth and width bounded. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth >= maxDepth) return '[deep]'
  if (value instanceof Error) return describeError(value, depth)
  if (value instanceof Date) return value
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => redact(item, depth + 1))
  return redactFields(value, depth)
}

function redactFields(value: object, depth: number): Record<string, unknown> {
  const fields = Object.entries(value).slice(0, maxItems)
  return Object.fromEntries(
    fields.map(([name, field]) => [name, isSecretName(name) ? '[redacted]' : redact(field, depth + 1)]),
  )
}

function isSecretName(name: string): boolean {
  const word = name.toLowerCase().replaceAll(/[^a-z]/g, '')
  return secretName.test(word) && !harmlessName.test(word)
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  return {
    ...redactFields(error, depth),
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause !== undefined && { cause: redact(error.cause, depth + 1) }),
  }
}

/** The line without the passwords of URLs and the tokens of Authorization headers that texts may quote. */
export function scrub(line: string): string {
  return line
    .replaceAll(/(\w:\/\/[^\s:/?#@"\\]*):[^\s/?#@"\\]+@/g, '$1:[redacted]@')
    .replaceAll(/\b(Bearer|Basic) [\w.~+/=-]{8,}/gi, '$1 [redacted]')
}

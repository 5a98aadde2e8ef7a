/** What a terminal would obey: colours, cursor movements, titles. */
// oxlint-disable-next-line no-control-regex -- these characters are what is looked for
const terminal = /[\u001B\u009B](?:\[[0-9;?]*[A-Za-z]|\][^\u0007\u001B\n]*(?:\u0007|\u001B\\)?)?/g
/** Control characters but tab and newline, and those that turn the direction of text around on a screen. */
const unprintable = /(?![\t\n])\p{Cc}|[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu

/**
 * Text that every reader can take, whatever program wrote it: newlines of one kind and tabs, and no other control
 * characters, no overrides of the direction, no half of a surrogate pair. Never longer than it was.
 */
export function plainText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replaceAll(terminal, '')
    .replaceAll(unprintable, '')
    .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
}

/** The same for all texts in a JSON value, names of members among them. */
export function plainJson<T>(value: T): T {
  if (typeof value === 'string') return plainText(value) as T
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plainJson) as T
  const members = Object.entries(value).map(([name, member]) => [plainText(name), plainJson(member)] as const)
  return Object.fromEntries(members) as T
}

/** What a program said, as text without secrets. Both ends of what is longer than `max`. */
export function saidBy(program: string, max: number): string {
  const text = withoutSecrets(plainText(program)).trim()
  if (text.length <= max) return text
  const half = (max - 3) / 2
  return plainText(`${text.slice(0, Math.ceil(half))} … ${text.slice(-Math.floor(half))}`)
}

/** The end of it. */
export function lastSaidBy(program: string, max: number): string {
  return plainText(withoutSecrets(plainText(program)).trim().slice(-max))
}

/** Without what opens a door: users and queries of URLs, and what follows `Bearer` or `Basic`. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/:\/\/[^\s"'<>]*/g, withoutUserAndQuery)
    .replaceAll(/\?[\w.%~-]+=[^\s"'<>]*/g, '?…')
    .replaceAll(/\b(bearer|basic)\s+(?!auth|realm=|token\b)["']?[\w.~+/=-]{6,}/gi, '$1 …')
    .replaceAll(/\beyJ[\w-]{10,}(?:\.[\w-]+)*/g, '…')
}

function withoutUserAndQuery(url: string): string {
  const query = url.indexOf('?')
  const place = query < 0 ? url : `${url.slice(0, query)}?…`
  return place.replaceAll(/:\/\/[^/]*@/g, '://')
}

/** Throws unless it is true. */
export function must(truth: boolean, what: string, seen?: unknown): void {
  if (!truth) throw new Error(`${what}: ${JSON.stringify(seen)}`)
}

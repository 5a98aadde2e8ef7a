/** One value of the query of a page; a repeated or empty one counts as absent. */
export function text(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** One of the given words; anything else counts as absent. */
export function choice<T extends string>(value: string | string[] | undefined, words: readonly T[]): T | undefined {
  return words.find((word) => word === value)
}

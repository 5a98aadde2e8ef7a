/** One value of the query of a page; a repeated or empty one counts as absent. */
export function text(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

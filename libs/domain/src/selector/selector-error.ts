/** A selector that cannot be read. The message says what to write instead. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError'
}

/**
 * Asks one by one, looked up together: while one look-up runs, whoever asks waits for the next, and all of them share
 * it. So a crowd that comes at once costs as many look-ups as fit one after another, and one alone waits for nobody.
 */
export function shareLookUps<T>(
  lookUp: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (key: string) => Promise<T | undefined> {
  let running: Promise<unknown> = Promise.resolve()
  let next: { readonly keys: Set<string>; readonly answer: Promise<ReadonlyMap<string, T>> } | undefined

  function open(): NonNullable<typeof next> {
    const keys = new Set<string>()
    const answer = running.then(() => {
      next = undefined
      return lookUp([...keys])
    })
    running = answer.catch(() => {})
    return { keys, answer }
  }

  return async (key) => {
    next ??= open()
    next.keys.add(key)
    return (await next.answer).get(key)
  }
}

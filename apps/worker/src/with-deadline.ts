/** The result of `work`, or an error that names `what` when it takes longer than `ms`. The work itself goes on. */
export async function withDeadline<T>(work: Promise<T>, { ms, what }: { ms: number; what: string }): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer within ${ms} ms`)), ms)
  })
  // Whichever loses the race may still fail; nobody is left to hear it.
  work.catch(() => {})
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** Runs work with a signal that aborts with `signal`, and with a TimeoutError after `ms`. */
export async function within<T>(
  { signal, ms }: { signal: AbortSignal; ms: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const stop = () => controller.abort(signal.reason)
  const expire = () => controller.abort(new DOMException(`no answer within ${ms / 1000} s`, 'TimeoutError'))
  const timer = setTimeout(expire, ms)
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

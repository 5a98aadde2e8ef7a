/** Writes one line for whoever started bootfleet. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Runs one step of the start and says how long it took. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  say(`✓ ${name}  ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return result
}

/** A step that `npm start` took before anything could run, as the scripts in bootstrap/ measure it. */
export interface PreparationStep {
  readonly name: string
  readonly seconds: number
}

/**
 * Where the time of a start went: "Ready in 58 s: packages 33, build 16, database and processes 9". `totalSec` is from
 * the start of this process until everything was ready.
 */
export function readyLine(prepared: readonly PreparationStep[], totalSec: number): string {
  const before = prepared.reduce((sum, { seconds }) => sum + seconds, 0)
  const total = `Ready in ${Math.round(totalSec)} s`
  if (prepared.length === 0) return `${total}.`
  const named = prepared.map(({ name, seconds }) => `${name} ${Math.round(seconds)}`)
  return `${total}: ${[...named, `database and processes ${Math.round(totalSec - before)}`].join(', ')}.`
}

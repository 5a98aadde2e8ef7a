/** `mono` counts milliseconds since the machine booted and goes on over agent restarts; `wall` is epoch milliseconds. */
export interface Now {
  mono: number
  wall: number
}

export function readClock(): Now {
  return { mono: Math.round(Number(process.hrtime.bigint() / 1_000_000n)), wall: Date.now() }
}

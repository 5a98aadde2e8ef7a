/** What a pipeline reads. The same table is in docs/cli.md and in `bootfleet help exit-codes`. */
export const exitCodes = {
  ok: { code: 0, means: 'done; with --wait and in watch: the rollout completed' },
  not_completed: { code: 1, means: 'the rollout ended otherwise, or a gate tripped and paused it' },
  usage: { code: 2, means: 'the command line is wrong, or the server refused what was given' },
  not_allowed: { code: 3, means: 'not signed in, or the role may not do this' },
  not_found: { code: 4, means: 'there is nothing with that name or id' },
  conflict: { code: 5, means: 'not possible in the state that it is in now' },
  unreachable: { code: 6, means: 'the server cannot be reached or cannot answer now' },
  timeout: { code: 7, means: '--timeout is over; the rollout goes on' },
  internal: { code: 70, means: 'an error that nobody foresaw: please report it' },
  interrupted: { code: 130, means: 'interrupted by Ctrl-C; a rollout that was watched goes on' },
  terminated: { code: 143, means: 'ended by SIGTERM; a rollout that was watched goes on' },
} as const

export type ExitReason = keyof typeof exitCodes

/** The table as text. */
export function describeExitCodes(): string {
  const rows = Object.values(exitCodes).map(({ code, means }) => `  ${String(code).padStart(3)}  ${means}`)
  return ['Exit codes:', '', ...rows, ''].join('\n')
}

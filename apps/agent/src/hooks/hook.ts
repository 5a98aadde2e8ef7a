import { join } from 'node:path'
import { findExecutables } from '../machine/executables.ts'
import { runCommand } from '../machine/run-command.ts'
import { lastSaidBy } from '../plain-text.ts'

/** `pre-reboot` may refuse; `in-service` undoes it, after the boot or when the reboot does not come. */
export type HookKind = 'pre-reboot' | 'in-service'

export interface HookResult {
  ok: boolean
  /** The tail of what it said. */
  output: string
}

const maxOutput = 700

/** Hooks of the machine hide those of the same name in the image. */
export function findHooks(root: string, kind: HookKind): Promise<string[]> {
  const parents = ['etc/bootfleet/hooks', 'usr/lib/bootfleet/hooks']
  return findExecutables(parents.map((parent) => join(root, parent, `${kind}.d`)))
}

/** Runs one hook; past its time it is killed with all that it started, and has refused. */
export async function runHook(hook: string, env: Record<string, string>, timeoutMs: number): Promise<HookResult> {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const { code, timedOut, stdout, stderr } = await runCommand('env', [...variables, hook], { timeoutMs })
  const said = lastSaidBy(stdout + stderr, maxOutput)
  if (timedOut) return { ok: false, output: `${said} (did not end within ${Math.ceil(timeoutMs / 1000)} s)`.trim() }
  return { ok: code === 0, output: said }
}

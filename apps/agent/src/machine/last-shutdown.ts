import type { HostStatus } from '../bootc/host-status.ts'
import { saidBy } from '../plain-text.ts'
import { runCommand } from './run-command.ts'

const quick = { timeoutMs: 20_000 }
/** ostree has it fail in the boot after one that could not make its staged image bootable. */
export const bootComplete = 'ostree-boot-complete.service'
const maxText = 900

/** How the boot before ended, as far as its staged image is concerned. */
export interface LastShutdown {
  /** Why the staged image was not made bootable. */
  failure?: string
  /** It was begun to make the staged image bootable. */
  began: boolean
}

/** The boot before of the kernel: after a reboot of userspace alone there is no such boot to look at. */
export async function readLastShutdown(of: { backend: HostStatus['backend']; isSoft: boolean }): Promise<LastShutdown> {
  const told = of.backend === 'composefs' ? undefined : await failureOfThisBoot()
  const unit = of.backend === 'composefs' ? 'bootc-finalize-staged.service' : 'ostree-finalize-staged.service'
  const said = of.isSoft ? '' : await journalOf('-b', '-1', '-u', unit)
  const failure = told ?? (/^Finalized deployment/m.test(said) ? undefined : /^error: (.*)/m.exec(said)?.[1])
  return {
    began: /^Finalizing staged deployment/m.test(said),
    ...(failure !== undefined && { failure: saidBy(failure, maxText) }),
  }
}

/** ostree leaves a note about it, and a unit of the next boot fails with its text. */
async function failureOfThisBoot(): Promise<string | undefined> {
  const { stdout } = await runCommand('systemctl', ['is-failed', bootComplete], quick)
  if (stdout.trim() !== 'failed') return undefined
  const said =
    (await journalOf('-b', '-u', bootComplete)) ||
    (await runCommand('systemctl', ['status', bootComplete], quick)).stdout
  return /ostree-finalize-staged\.service failed on previous boot: (.*)/.exec(said)?.[1] ?? `${bootComplete} failed`
}

/** Empty where there is no such boot, or no journal that outlives boots. */
async function journalOf(...selection: string[]): Promise<string> {
  const result = await runCommand('journalctl', [...selection, '-o', 'cat', '-n', '50', '--no-pager'], quick)
  return result.code === 0 ? result.stdout : ''
}

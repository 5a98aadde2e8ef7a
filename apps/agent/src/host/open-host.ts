import { createBootcHost } from '../bootc/bootc-host.ts'
import { noCapabilities, readCapabilities } from '../bootc/capabilities.ts'
import type { Capabilities } from '../bootc/capabilities.ts'
import { canUseTransientUnit } from '../bootc/transient-unit.ts'
import type { AgentConfig } from '../config.ts'
import { runCommand } from '../machine/run-command.ts'
import type { HostAdapter } from './host-adapter.ts'
import { createLegacyHost } from './legacy-host.ts'

const tries = 3

/** Finds out what moves this host from image to image: bootc, or nothing yet on a machine that has none. */
export async function openHost(config: AgentConfig): Promise<HostAdapter> {
  const capabilities = await probe(config)
  if (capabilities.version === undefined) return createLegacyHost()
  return createBootcHost({ config, capabilities, inUnit: await canUseTransientUnit(config) })
}

/**
 * Asked once for the life of this process: a busy machine that does not answer in time must not count as another one.
 * Throws then, so that the agent is started again; a bootc that answers with errors counts as none.
 */
async function probe({ bootc, statusTimeoutMs }: AgentConfig): Promise<Capabilities> {
  let timedOut = false
  const ask = async (...args: string[]) => {
    const answer = await runCommand(bootc, args, { timeoutMs: statusTimeoutMs })
    timedOut ||= answer.timedOut
    return answer
  }
  for (let round = 0; round < tries; round += 1) {
    const version = await ask('--version')
    if (version.missing) return noCapabilities
    if (version.code !== 0) continue
    const [upgrade, change] = [await ask('upgrade', '--help'), await ask('switch', '--help')]
    if (upgrade.code !== 0 || change.code !== 0) continue
    return readCapabilities({ version: version.stdout, upgradeHelp: upgrade.stdout, switchHelp: change.stdout })
  }
  if (timedOut)
    throw new Error(`bootc did not answer within ${statusTimeoutMs / 1000} s, three times: what it can do is not known`)
  return noCapabilities
}

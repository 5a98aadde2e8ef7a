import { capabilityWords } from '../bootc/capabilities.ts'
import type { Capabilities } from '../bootc/capabilities.ts'
import { pinnedRef } from '../bootc/host-status.ts'
import type { Deployment, HostStatus } from '../bootc/host-status.ts'
import { blockersOf } from '../host/blockers.ts'
import { HostError } from '../host/host-adapter.ts'
import type { HostAdapter } from '../host/host-adapter.ts'
import { messageOf } from '../log.ts'
import type { Finding } from './finding.ts'

/** What bootc is and says. `host` is undefined when its status could not be read. */
export async function lookAtBootc(driver: HostAdapter): Promise<{ host: HostStatus | undefined; findings: Finding[] }> {
  const { capabilities } = driver
  const features = featuresOf(capabilities)
  try {
    const host = await driver.status()
    return { host, findings: [...features, ...hostFindings(host), ...blockerFindings(host, capabilities)] }
  } catch (error) {
    const { code, detail } = error instanceof HostError ? error.failure : { code: 'failed', detail: messageOf(error) }
    const finding = {
      area: 'host',
      level: 'blocked',
      code: `status_${code}`,
      detail: `bootc status: ${detail}`,
    } as const
    return { host: undefined, findings: [...features, finding] }
  }
}

function featuresOf(capabilities: Capabilities): Finding[] {
  const { version } = capabilities
  if (version === undefined) return [{ area: 'bootc', level: 'fact', code: 'version', detail: 'no bootc found' }]
  const words = capabilityWords(capabilities).join(', ')
  const locking = capabilities.downloadOnly
    ? 'what is staged can be locked: downloads come before the grant'
    : 'what is staged cannot be locked: downloads wait for the grant'
  return [
    { area: 'bootc', level: 'ok', code: 'version', detail: `bootc ${version}` },
    { area: 'bootc', level: 'fact', code: 'features', detail: words },
    { area: 'bootc', level: 'fact', code: 'locking', detail: locking },
  ]
}

function hostFindings(host: HostStatus): Finding[] {
  const fact = (code: string, detail: string): Finding => ({ area: 'host', level: 'fact', code, detail })
  const backend = host.backend === 'unknown' ? '' : `, ${host.backend} backend`
  const kinds = { bootc: 'booted by bootc', ostree: 'booted by ostree', none: 'not booted from an image' }
  return [
    fact('kind', kinds[host.kind] + backend),
    ...(['booted', 'staged', 'rollback'] as const).map((slot) => fact(slot, `${slot}: ${described(host[slot])}`)),
    ...(host.rollbackQueued ? [fact('rollback_queued', 'the rollback image boots next')] : []),
    ...(host.usrOverlay === null ? [] : [fact('usr_overlay', `an overlay over /usr: ${host.usrOverlay}`)]),
    ...notUnderstood(host),
  ]
}

/** What the agent decides on and did not find in the status of a host that has it. */
function notUnderstood(host: HostStatus): Finding[] {
  if (host.kind !== 'bootc') return []
  const missing = [
    ...(host.booted?.digest === undefined ? ['the digest of the booted image'] : []),
    ...(host.booted?.id === undefined ? ['the deployment that is booted'] : []),
    ...(host.backend === 'unknown' ? ['the backend'] : []),
    ...(host.staged !== null && host.staged.digest === undefined ? ['the digest of the staged image'] : []),
  ]
  if (missing.length > 0) {
    const detail = `the status does not tell ${missing.join(', ')}: report it with the output of bootc status --json`
    return [{ area: 'host', level: 'warning', code: 'status_incomplete', detail }]
  }
  return [{ area: 'host', level: 'ok', code: 'status', detail: 'the status of bootc is understood' }]
}

function described(deployment: Deployment | null): string {
  if (deployment === null) return 'none'
  const name = pinnedRef(deployment) ?? deployment.ref ?? deployment.digest ?? deployment.id ?? 'an unknown image'
  return deployment.locked ? `${name} (locked)` : name
}

function blockerFindings(host: HostStatus, capabilities: Capabilities): Finding[] {
  const found = blockersOf(host, capabilities).map(({ code, detail }): Finding => ({
    area: 'blockers',
    level: 'blocked',
    code,
    detail,
  }))
  if (found.length > 0) return found
  return [{ area: 'blockers', level: 'ok', code: 'none', detail: 'nothing keeps this machine from being updated' }]
}

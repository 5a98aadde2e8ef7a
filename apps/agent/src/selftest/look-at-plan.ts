import { join } from 'node:path'
import { readClock } from '../clock.ts'
import type { AgentConfig } from '../config.ts'
import { openDesiredStore } from '../desired/desired-store.ts'
import type { HostStatus } from '../bootc/host-status.ts'
import type { HostAdapter } from '../host/host-adapter.ts'
import { findEnrollment } from '../identity/find-enrollment.ts'
import { usableIdentity } from '../identity/identity.ts'
import type { Identity } from '../identity/identity.ts'
import { openJournal } from '../journal/journal.ts'
import { readBootKey } from '../machine/boot-key.ts'
import { plan } from '../plan/plan.ts'
import type { Step } from '../plan/step.ts'
import type { Finding } from './finding.ts'
import { keptStore } from './look-at-kept.ts'

/** Who this device is, or how it would become somebody; and the step that the agent would take next. */
export async function lookAtPlan(
  config: AgentConfig,
  { driver, host }: { driver: HostAdapter; host: HostStatus | undefined },
): Promise<Finding[]> {
  const identity = await usableIdentity(keptStore(config))
  if (identity === undefined) return beforeEnrollment(config)
  const enrolled = `device ${identity.device} of ${identity.https}`
  const enrollment: Finding = { area: 'enrollment', level: 'ok', code: 'enrolled', detail: enrolled }
  if (host === undefined) return [enrollment, next('would report that bootc cannot be asked, and ask again')]
  return [enrollment, ...(await nextSteps(config, { driver, host, identity }))]
}

/** The token of the document is told to nobody. */
async function beforeEnrollment({ enrollFiles, root }: AgentConfig): Promise<Finding[]> {
  const document = await findEnrollment(enrollFiles, join(root, 'proc/cmdline'))
  if (document === undefined) {
    const detail = `no enrollment document: put one at ${enrollFiles.join(' or ')}, or on the kernel's command line`
    const missing: Finding = { area: 'enrollment', level: 'warning', code: 'document_missing', detail }
    return [missing, next('would wait for an enrollment document')]
  }
  const detail = `an enrollment document for ${document.url} was found`
  return [{ area: 'enrollment', level: 'ok', code: 'document', detail }, next(`would enroll with ${document.url}`)]
}

async function nextSteps(
  config: AgentConfig,
  { driver, host, identity }: { driver: HostAdapter; host: HostStatus; identity: Identity },
): Promise<Finding[]> {
  const state = keptStore(config)
  const journal = (await openJournal(state, { hasRun: false })).current()
  const bootKey = await readBootKey(config.bootIdFile)
  const desired = (await openDesiredStore(state, identity)).current()?.doc ?? null
  const isNewBoot = journal.bootKey !== bootKey
  // What is next after the health of this boot is known; without a connection, and so without a grant.
  const health = { ...journal.health, status: 'healthy' as const }
  const step = plan({
    now: readClock(),
    desired,
    stageNotBefore: 0,
    grant: null,
    conn: null,
    host,
    hostIsFresh: true,
    caps: driver.capabilities,
    bootKey,
    journal: isNewBoot ? { ...journal, health } : journal,
    nextCheckAt: Number.POSITIVE_INFINITY,
    rebootAskedAt: null,
    retry: null,
  })
  return [...(isNewBoot ? [next('would record this boot and check its health')] : []), next(told(step))]
}

function next(detail: string): Finding {
  return { area: 'next', level: 'fact', code: 'step', detail }
}

function told(step: Step): string {
  if (step.kind === 'idle') return `would wait: ${step.because}`
  const about = 'ref' in step ? ` ${step.ref}` : ''
  return `would do the step "${step.kind}"${about}`
}

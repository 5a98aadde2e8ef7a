import { noCapabilities } from '../bootc/capabilities.ts'
import { unknownHost } from '../bootc/host-status.ts'
import { HostError } from './host-adapter.ts'
import type { HostAdapter } from './host-adapter.ts'
import { readRpmOstree } from './rpm-ostree.ts'

/** A machine without bootc: what rpm-ostree says of it is reported, and nothing is changed. */
export function createLegacyHost(): HostAdapter {
  const refuse = async (): Promise<never> => {
    const detail = 'there is no bootc on this machine: nothing can be staged or booted here'
    throw new HostError({ code: 'unsupported_host', detail, retryable: false })
  }
  return {
    capabilities: noCapabilities,
    status: async () => (await readRpmOstree())?.host ?? unknownHost,
    stage: refuse,
    lock: refuse,
    unlock: refuse,
    dropStaged: refuse,
    rollback: refuse,
  }
}

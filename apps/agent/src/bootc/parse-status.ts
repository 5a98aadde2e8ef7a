import type { Deployment, HostStatus } from './host-status.ts'

type Json = Record<string, unknown>

const maxText = 512
const digestForm = /^sha256:[0-9a-f]{64}$/

/**
 * Reads the `BootcHost` document of any bootc from 1.0 on: keys that are missing or unknown are no error. Throws when it
 * is no such document.
 */
export function parseStatus(document: unknown): HostStatus {
  const status = record(record(document)?.['status'])
  if (record(document)?.['kind'] !== 'BootcHost' || status === undefined) {
    throw new Error('bootc status did not print a BootcHost document: check that bootc on this host works')
  }
  const entries = [status['booted'], status['staged'], status['rollback']]
  const others = Array.isArray(status['otherDeployments']) ? status['otherDeployments'] : []
  const booted = deployment(status['booted'])
  return {
    kind: booted === null ? 'none' : hasImage(status['booted']) ? 'bootc' : 'ostree',
    backend: backendOf(entries),
    booted,
    staged: deployment(status['staged']),
    rollback: deployment(status['rollback']),
    others: others.map(deployment).filter((entry) => entry !== null),
    rollbackQueued: status['rollbackQueued'] === true,
    readOnly: status['readOnly'] === true,
    usrOverlay: text(record(status['usrOverlay'])?.['accessMode']) ?? null,
  }
}

function deployment(entry: unknown): Deployment | null {
  const fields = record(entry)
  if (fields === undefined) return null
  const image = record(fields['image'])
  const ref = text(record(image?.['image'])?.['image'])
  const digest = text(image?.['imageDigest'])
  const version = text(image?.['version'])?.slice(0, 128)
  const id = deploymentId(fields)
  return {
    ...(ref !== undefined && { ref }),
    ...(digest !== undefined && digestForm.test(digest) && { digest }),
    ...(version !== undefined && { version }),
    ...(id !== undefined && { id }),
    locked: fields['downloadOnly'] === true,
    incompatible: fields['incompatible'] === true,
    pinned: fields['pinned'] === true,
  }
}

function deploymentId(fields: Json): string | undefined {
  const ostree = record(fields['ostree'])
  const checksum = text(ostree?.['checksum'])
  if (checksum === undefined) return text(record(fields['composefs'])?.['verity'])
  return `${text(ostree?.['stateroot']) ?? 'default'}/${checksum}.${Number(ostree?.['deploySerial'] ?? 0)}`
}

function backendOf(entries: unknown[]): HostStatus['backend'] {
  const known = entries.map(record).filter((entry) => entry !== undefined)
  if (known.some((entry) => record(entry['composefs']) !== undefined)) return 'composefs'
  return known.some((entry) => record(entry['ostree']) !== undefined) ? 'ostree' : 'unknown'
}

function hasImage(entry: unknown): boolean {
  return record(record(entry)?.['image']) !== undefined
}

function record(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= maxText ? value : undefined
}

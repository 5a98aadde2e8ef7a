import { count, record, text } from './untrusted.ts'
import type { Json } from './untrusted.ts'
import type { Deployment, HostStatus } from './host-status.ts'

const digestForm = /^sha256:[0-9a-f]{64}$/
const maxOthers = 32
/** v1, and v1alpha1, v1beta2, …, which have the same shape. */
const understood = /^org\.containers\.bootc\/v1(?!\d)/

/**
 * Reads the `BootcHost` document of any bootc from 1.0 on: keys that are missing or unknown are no error. Throws when it
 * is no such document, or one of another major version.
 */
export function parseStatus(document: unknown): HostStatus {
  const status = statusOf(record(document) ?? {})
  const entries = [status['booted'], status['staged'], status['rollback']]
  const others = Array.isArray(status['otherDeployments']) ? status['otherDeployments'].slice(0, maxOthers) : []
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

function statusOf({ kind, apiVersion, ...document }: Json): Json {
  const status = record(document['status'])
  if (kind !== 'BootcHost' || status === undefined) {
    throw new Error('it did not print a BootcHost document: check that bootc on this host works')
  }
  const version = text(apiVersion)
  if (version === undefined || understood.test(version)) return status
  throw new Error(`it printed a document of ${version}, and this agent understands v1: update the agent`)
}

function deployment(entry: unknown): Deployment | null {
  const fields = record(entry)
  if (fields === undefined) return null
  const id = deploymentId(fields)
  return {
    ...imageOf(record(fields['image'])),
    ...(id !== undefined && { id }),
    locked: fields['downloadOnly'] === true,
    incompatible: fields['incompatible'] === true,
    pinned: fields['pinned'] === true,
    ...(typeof fields['softRebootCapable'] === 'boolean' && { softRebootCapable: fields['softRebootCapable'] }),
  }
}

type Image = Pick<Deployment, 'ref' | 'digest' | 'version' | 'architecture' | 'transport' | 'signature'>

function imageOf(image: Json = {}): Image {
  const reference = record(image['image']) ?? {}
  const digest = text(image['imageDigest'])
  const known = {
    ref: text(reference['image']),
    digest: digest !== undefined && digestForm.test(digest) ? digest : undefined,
    version: text(image['version'])?.slice(0, 128),
    architecture: text(image['architecture'])?.slice(0, 32),
    transport: text(reference['transport'])?.slice(0, 64),
    signature: signatureOf(reference['signature']),
  }
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
}

function signatureOf(signature: unknown): string | undefined {
  const remote = text(record(signature)?.['ostreeRemote'])
  return remote === undefined ? text(signature) : `ostreeRemote:${remote}`
}

function deploymentId(fields: Json): string | undefined {
  const ostree = record(fields['ostree'])
  const checksum = text(ostree?.['checksum'])
  if (checksum === undefined) return text(record(fields['composefs'])?.['verity'])
  return `${text(ostree?.['stateroot']) ?? 'default'}/${checksum}.${count(ostree?.['deploySerial'])}`
}

function backendOf(entries: unknown[]): HostStatus['backend'] {
  const known = entries.map(record).filter((entry) => entry !== undefined)
  if (known.some((entry) => record(entry['composefs']) !== undefined)) return 'composefs'
  return known.some((entry) => record(entry['ostree']) !== undefined) ? 'ostree' : 'unknown'
}

function hasImage(entry: unknown): boolean {
  return record(record(entry)?.['image']) !== undefined
}

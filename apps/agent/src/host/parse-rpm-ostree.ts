import { unknownHost } from '../bootc/host-status.ts'
import type { Deployment, HostStatus, Modifications } from '../bootc/host-status.ts'
import { count, record, text, texts } from '../bootc/untrusted.ts'
import type { Json } from '../bootc/untrusted.ts'

const maxNames = 50
const maxDeployments = 32
const digestForm = /^sha256:[0-9a-f]{64}$/

/** A deployment as rpm-ostree sees it, and what was changed on it. */
export interface RpmOstreeStatus {
  host: HostStatus
  modifications: Modifications
}

/** Reads `rpm-ostree status --json`; undefined when it names no booted deployment. */
export function parseRpmOstree(document: unknown): RpmOstreeStatus | undefined {
  const list: unknown = record(document)?.['deployments']
  const entries: unknown[] = Array.isArray(list) ? list.slice(0, maxDeployments) : []
  const deployments = entries.map(record).filter((entry) => entry !== undefined)
  const booted = deployments.find((entry) => entry['booted'] === true)
  if (booted === undefined) return undefined
  const modifications = modificationsOf(booted, record(document)?.['transaction'])
  const staged = deployments.find((entry) => entry['staged'] === true && entry !== booted)
  const rest = deployments.filter((entry) => entry !== booted && entry !== staged)
  const [rollback, ...others] = rest
  const host = {
    ...unknownHost,
    kind: 'ostree' as const,
    backend: 'ostree' as const,
    booted: deployment(booted),
    staged: staged === undefined ? null : deployment(staged),
    rollback: rollback === undefined ? null : deployment(rollback),
    others: others.map((entry) => deployment(entry)),
    rollbackQueued: rollback !== undefined && deployments.indexOf(rollback) < deployments.indexOf(booted),
    usrOverlay: unlockedAs(booted),
    modifications,
  }
  return { host, modifications }
}

/** Without reference and digest, like bootc itself, where the system is more than its image. */
function deployment(entry: Json): Deployment {
  const incompatible = isModified(entry)
  const version = text(entry['version'])?.slice(0, 128)
  const checksum = text(entry['checksum'])
  const image = incompatible ? {} : imageOf(entry)
  return {
    ...image,
    ...(version !== undefined && { version }),
    ...(checksum !== undefined && {
      id: `${text(entry['osname']) ?? 'default'}/${checksum}.${count(entry['serial'])}`,
    }),
    locked: entry['finalization-locked'] === true,
    incompatible,
    pinned: entry['pinned'] === true,
  }
}

function modificationsOf(entry: Json, transaction: unknown): Modifications {
  const origin = text(entry['origin'])
  const version = text(entry['base-version'])?.slice(0, 128)
  const base = { ...imageOf(entry), ...(version !== undefined && { version }) }
  return {
    ...(origin !== undefined && { origin }),
    ...(base.ref !== undefined && { base }),
    packages: names(entry['requested-packages'], entry['packages']),
    localPackages: names(entry['requested-local-packages'], entry['requested-local-fileoverride-packages']),
    removed: names(entry['requested-base-removals'], entry['base-removals']),
    replaced: names(entry['base-local-replacements'], entry['base-remote-replacements']),
    regeneratesInitramfs: entry['regenerate-initramfs'] === true,
    isBusy: transaction !== null && transaction !== undefined,
  }
}

function isModified(entry: Json): boolean {
  const { packages, localPackages, removed, replaced, regeneratesInitramfs } = modificationsOf(entry, null)
  return regeneratesInitramfs || [packages, localPackages, removed, replaced].some(({ length }) => length > 0)
}

/** Each list holds names, or records that hold a name, or pairs of those; a remote's replacements are under its name. */
function names(...lists: unknown[]): string[] {
  return [...new Set(lists.flatMap(namesIn))].slice(0, maxNames)
}

function namesIn(list: unknown): string[] {
  if (record(list) !== undefined) return Object.values(record(list) ?? {}).flatMap(namesIn)
  if (!Array.isArray(list)) return []
  return list.slice(0, maxNames).flatMap((entry) => {
    const found = text(entry) ?? text(record(entry)?.['name']) ?? texts(record(entry)?.['packages'], 1)[0]
    if (found !== undefined) return found.slice(0, 100)
    return Array.isArray(entry) ? namesIn(entry).slice(0, 1) : []
  })
}

/** `ostree-image-signed:docker://quay.io/a/b:c` is the image `quay.io/a/b:c`. */
function imageOf(entry: Json): { ref?: string; digest?: string } {
  const reference = text(entry['container-image-reference'])
  const digest = text(entry['container-image-reference-digest'])
  const ref = reference
    ?.replace(/^ostree-remote-(registry|image):[^:/]*:/, '')
    .replace(/^ostree-[a-z-]+:/, '')
    .replace(/^(docker:\/\/|registry:)/, '')
  return {
    ...(ref !== undefined && { ref }),
    ...(digest !== undefined && digestForm.test(digest) && { digest }),
  }
}

function unlockedAs(entry: Json): string | null {
  const state = text(entry['unlocked'])
  return state === undefined || state === 'none' ? null : state.slice(0, 40)
}

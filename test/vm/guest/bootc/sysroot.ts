import { readFileSync } from 'node:fs'
import { run } from './run.ts'
import type { Image } from './image.ts'

export interface Deployment {
  readonly stateroot: string
  readonly checksum: string
  readonly deploySerial: number
  /** Its place in ostree's order; 0 boots next. */
  readonly index: number
  readonly booted: boolean
  readonly staged: boolean
  readonly locked: boolean
  readonly pinned: boolean
  readonly image: Image | undefined
}

export interface Sysroot {
  readonly booted: Deployment | undefined
  readonly staged: Deployment | undefined
  /** The first one that is neither. */
  readonly rollback: Deployment | undefined
  readonly others: readonly Deployment[]
  readonly rollbackQueued: boolean
}

const line = /^([* ]) (\S+) ([0-9a-f]{64})\.(\d+)(.*)$/

/** What `ostree admin status` tells; it has no other form in this version. */
export function readSysroot(): Sysroot {
  const deployments: Deployment[] = []
  for (const text of run('ostree', 'admin', 'status').split('\n')) {
    const parts = line.exec(text)
    const last = deployments.at(-1)
    if (parts !== null) deployments.push(deployment(parts, deployments.length))
    else if (/^\s+Pinned: yes/.test(text) && last !== undefined) deployments.splice(-1, 1, { ...last, pinned: true })
  }
  const booted = deployments.find((entry) => entry.booted)
  const [rollback, ...others] = deployments.filter((entry) => !entry.booted && !entry.staged)
  return {
    booted,
    staged: deployments.find(({ staged }) => staged),
    rollback,
    others,
    rollbackQueued: booted !== undefined && rollback !== undefined && rollback.index < booted.index,
  }
}

function deployment([, mark, stateroot = '', checksum = '', serial, rest = '']: string[], index: number): Deployment {
  const deploySerial = Number(serial)
  const locked = rest.includes('(finalization locked)')
  return {
    stateroot,
    checksum,
    deploySerial,
    index,
    booted: mark === '*',
    staged: locked || rest.includes('(staged)'),
    locked,
    pinned: false,
    image: readOrigin(`/ostree/deploy/${stateroot}/deploy/${checksum}.${deploySerial}.origin`),
  }
}

function readOrigin(path: string): Image | undefined {
  const text = readFileSync(path, 'utf8')
  const field = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]
  const [image, digest, version] = [field('image'), field('digest'), field('version')]
  if (image === undefined || digest === undefined || version === undefined) return undefined
  return { image, digest, version }
}

/** The text of an origin file. */
export function originOf(ref: string, { image, digest, version }: Image): string {
  return `[origin]\nrefspec=${ref}\n\n[bootfleet-vm]\nimage=${image}\ndigest=${digest}\nversion=${version}\n`
}

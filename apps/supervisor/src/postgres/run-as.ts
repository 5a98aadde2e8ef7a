import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from '../start-error.ts'

/** Who the database runs as. */
export interface RunAs {
  readonly uid: number
  readonly gid: number
}

/** How to start a program: what to put in front of it, and the identity to spawn it with. */
export interface Launch {
  readonly before: readonly string[]
  readonly identity: Partial<RunAs>
}

/**
 * PostgreSQL refuses to run as root, so root runs it as whoever owns the data, else as `postgres`, else as `nobody`.
 * Undefined for everyone else, who run it as themselves.
 */
export function chooseIdentity(dataDirectory: string): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined
  const owner = statSync(dataDirectory, { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const found = ['postgres', 'nobody'].map(idsOf).find((ids) => ids !== undefined)
  if (found) return found
  throw new StartError(
    'PostgreSQL cannot run as root, and this machine has neither a user "postgres" nor "nobody". Run npm start as another user, or set DATABASE_URL.',
  )
}

/**
 * How to run programs in `folders` as `identity`. Where that user cannot pass through the folders above (a clone in
 * /root, say), the program gets one capability, to read and search everywhere, and no other.
 */
export function chooseLaunch(identity: RunAs | undefined, folders: readonly string[]): Launch {
  if (identity === undefined) return { before: [], identity: {} }
  const closed = folders.flatMap(ancestors).find((folder) => !maySearch(folder, identity))
  if (closed === undefined) return { before: [], identity }
  const capability = heldCapability()
  const program = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => statSync(path, { throwIfNoEntry: false }))
  if (capability === undefined || program === undefined) {
    throw new StartError(
      `PostgreSQL cannot run as root, and user ${identity.uid}, as whom it would run, cannot enter ${closed}. ` +
        `Allow it (chmod o+x ${closed}), work in another folder, run npm start as another user, or set DATABASE_URL.`,
    )
  }
  const ids = [`--reuid=${identity.uid}`, `--regid=${identity.gid}`, '--clear-groups']
  const only = ['inh-caps', 'ambient-caps', 'bounding-set'].map((set) => `--${set}=-all,+${capability}`)
  return { before: [program, ...ids, ...only, '--securebits=+no_setuid_fixup', '--'], identity: {} }
}

/** The folder and every one above it, the root of the file system last. */
function ancestors(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...ancestors(above)]
}

function maySearch(folder: string, { uid, gid }: RunAs): boolean {
  const stat = statSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) return true
  if (stat.uid === uid) return (stat.mode & 0o100) !== 0
  if (stat.gid === gid) return (stat.mode & 0o010) !== 0
  return (stat.mode & 0o001) !== 0
}

// CAP_DAC_OVERRIDE is bit 1, CAP_DAC_READ_SEARCH bit 2; containers often have the first and not the second.
function heldCapability(): string | undefined {
  try {
    const held = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
    const bits = BigInt(`0x${held}`)
    if (bits & 4n) return 'dac_read_search'
    return bits & 2n ? 'dac_override' : undefined
  } catch {
    return undefined
  }
}

function idsOf(user: string): RunAs | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }))
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}

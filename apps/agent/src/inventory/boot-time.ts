import type { BootTime } from '@bootfleet/contracts'
import { readJson } from '../store/store.ts'
import type { Store } from '../store/store.ts'

const name = 'boot-times.json'
const maxImages = 10

/** The last boot of each image that ran here, the newest image last. */
interface ImageBoot {
  digest: string
  ms: number
}

/**
 * Notes how long this boot took, and compares it with the last boot of the image before. `null` while the machine still
 * starts its units, and where nobody can tell.
 */
export async function noteBootTime(
  state: Store,
  boot: { digest: string | undefined; ms: number | undefined },
): Promise<BootTime | null> {
  const { digest, ms } = boot
  if (ms === undefined || digest === undefined) return null
  const known = readImages(await readJson(state, name))
  const others = known.filter((image) => image.digest !== digest)
  const last = known.at(-1)
  if (last?.digest !== digest || last.ms !== ms) {
    // Nothing depends on it: a full disk only costs the comparison.
    await state.write(name, `${JSON.stringify([...others, { digest, ms }].slice(-maxImages))}\n`).catch(() => undefined)
  }
  return { ms, previousImageMs: others.at(-1)?.ms ?? null }
}

function readImages(stored: unknown): ImageBoot[] {
  if (!Array.isArray(stored)) return []
  return stored.filter(
    (entry): entry is ImageBoot => typeof entry?.digest === 'string' && Number.isSafeInteger(entry.ms),
  )
}

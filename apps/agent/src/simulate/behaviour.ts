/**
 * How a simulated device fares. `fails-to-boot`, `unhealthy` and `never-returns` meet every image but the one that the
 * device came with; `offline` and `flapping` are about its network; `lying` says that it did what it did not.
 */
export const behaviours = [
  'normal',
  'slow',
  'fails-to-boot',
  'unhealthy',
  'never-returns',
  'offline',
  'flapping',
  'lying',
] as const
export type Behaviour = (typeof behaviours)[number]

/** How a boot of one image ends on one device. */
export const bootResults = ['ok', 'fails-to-boot', 'unhealthy', 'never-returns'] as const
export type BootResult = (typeof bootResults)[number]

/** What a device with this behaviour makes of an image that nothing else is known about. */
export function resultOf(behaviour: Behaviour): BootResult {
  return bootResults.find((result) => result === behaviour) ?? 'ok'
}

const maxWeights = 10_000

/**
 * Reads `normal=90,slow=5,lying=5`: so many of each in every block of as many devices as the numbers add up to. Throws
 * what is wrong.
 */
export function parseBehaviours(text: string): Behaviour[] {
  const block = text.split(',').flatMap((part) => {
    const [name = '', count = ''] = part.split('=').map((word) => word.trim())
    const behaviour = behaviours.find((known) => known === name)
    if (behaviour === undefined) throw new Error(`there is no behaviour "${name}": use ${behaviours.join(', ')}`)
    if (!/^\d{1,5}$/.test(count)) throw new Error(`how many "${name}"? Write it like ${name}=5`)
    return Array.from({ length: Math.min(Number(count), maxWeights) }, () => behaviour)
  })
  if (block.length === 0 || block.length > maxWeights) throw new Error(`behaviours must add up to 1 to ${maxWeights}`)
  return block
}

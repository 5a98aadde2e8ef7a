/**
 * The release that a version knob stands for: `1.7` is 1.7.0, `next` the one after 1.16.9.
 * @param {string} knob
 */
export function releaseOf(knob) {
  if (knob === 'next') return '1.17.0'
  const parts = knob.split('.')
  while (parts.length < 3) parts.push('0')
  return parts.join('.')
}

/**
 * Whether a bootc of this knob has what came with `release`.
 * @param {string} knob
 * @param {string} release
 */
export function hasSince(knob, release) {
  const have = releaseOf(knob).split('.').map(Number)
  const need = release.split('.').map(Number)
  for (const [index, part] of need.entries()) {
    if (have[index] !== part) return (have[index] ?? 0) > part
  }
  return true
}

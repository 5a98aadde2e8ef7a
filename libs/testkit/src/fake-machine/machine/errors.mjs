/** bootc fails: `error: <message>` on stderr, exit 1. */
export class BootcError extends Error {}

/**
 * Puts a context in front, as bootc's error chain does.
 * @template T
 * @param {string} context
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function inContext(context, action) {
  try {
    return await action()
  } catch (error) {
    if (error instanceof BootcError) throw new BootcError(`${context}: ${error.message}`)
    throw error
  }
}

/**
 * @param {number} bytes
 */
export function formatSize(bytes) {
  if (bytes < 1000) return `${bytes} bytes`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value.toFixed(1)}\u00a0${units[unit]}`
}

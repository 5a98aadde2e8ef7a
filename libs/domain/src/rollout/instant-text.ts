/** A time as sentences have it: `2026-03-02 08:10 UTC`, with seconds where they are not zero. */
export function instantText(at: Date | number | string): string {
  const [day = '', time = ''] = new Date(at).toISOString().split('T')
  const seconds = time.slice(5, 8)
  return `${day} ${time.slice(0, 5)}${seconds === ':00' ? '' : seconds} UTC`
}

/**
 * Follows the framing of an MQTT stream, so that a packet that announces more than `maxBytes` is noticed before anything
 * is gathered of it. The result is false from then on; feed it every chunk.
 */
export function createPacketGuard(maxBytes: number): (chunk: Uint8Array) => boolean {
  let skip = 0
  let length = 0
  let shift: number | undefined
  let broken = false

  function readByte(byte: number): void {
    if (shift === undefined) {
      shift = 0
      length = 0
      return
    }
    length += (byte & 0x7f) * 2 ** shift
    shift += 7
    if (byte >= 0x80) {
      broken = shift > 21
      return
    }
    broken = length > maxBytes
    skip = length
    shift = undefined
  }

  return (chunk) => {
    for (let at = 0; at < chunk.length && !broken;) {
      const step = Math.min(skip, chunk.length - at)
      skip -= step
      at += step
      if (at < chunk.length && skip === 0) readByte(chunk[at++] ?? 0)
    }
    return !broken
  }
}

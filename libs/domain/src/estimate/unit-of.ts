/** A number from 0 to 1, 1 excluded, that looks random and is always the same for the same two whole numbers. */
export function unitOf(salt: number, nth: number): number {
  let bits = Math.imul(salt ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(nth + 1, 0xc2b2ae35)
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d)
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b)
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32
}

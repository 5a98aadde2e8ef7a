/** Compressed bytes of the target's layers that are not present yet; a layer that occurs twice is pulled once. */
export function layersToPull(
  target: readonly { readonly digest: string; readonly sizeBytes: number }[],
  present: readonly { readonly digest: string }[],
): number {
  const have = new Set(present.map((layer) => layer.digest))
  let bytes = 0
  for (const { digest, sizeBytes } of target) {
    if (have.has(digest)) continue
    have.add(digest)
    bytes += sizeBytes
  }
  return bytes
}

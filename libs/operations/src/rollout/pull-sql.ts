import { Prisma } from '@bootfleet/db'

/**
 * Compressed bytes that a device on `base` pulls for the image `digest`, as one row `bytes`: the layers that the image on
 * `base` does not have; all of it where either's layers are not known. NULL for an image that no release has.
 */
export function pullBytesSql({ digest, base }: { digest: Prisma.Sql; base: Prisma.Sql }): Prisma.Sql {
  return Prisma.sql`
    SELECT CASE WHEN jsonb_array_length(m.layers) = 0 THEN m.size_bytes ELSE (
      SELECT coalesce(sum((layer ->> 'sizeBytes')::bigint), 0) FROM jsonb_array_elements(m.layers) AS layer
      WHERE NOT EXISTS (
        SELECT 1 FROM release_manifest f CROSS JOIN LATERAL jsonb_array_elements(f.layers) AS present
        WHERE f.manifest_digest = ${base} AND present ->> 'digest' = layer ->> 'digest')) END AS bytes
    FROM release_manifest m WHERE m.manifest_digest = ${digest} LIMIT 1`
}

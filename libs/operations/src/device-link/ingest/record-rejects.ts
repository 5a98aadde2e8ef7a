import type { Services } from '../../services.ts'

const keptPerHour = 20
const sampleBytes = 512
const hourMs = 3_600_000

/** A message that was refused. */
export interface RejectedMessage {
  readonly deviceId?: string
  readonly topic: string
  readonly code: string
  readonly detail: string
  readonly sample: Uint8Array
}

/**
 * Keeps samples of refused messages, at most 20 an hour for each device and as many for all senders that are no device.
 * Losing one is no harm.
 */
export async function recordRejects(services: Services, rejects: readonly RejectedMessage[]): Promise<void> {
  if (rejects.length === 0) return
  const now = services.now()
  const since = new Date(now.getTime() - hourMs)
  await services.db.transaction('system', async (tx) => {
    for (const { deviceId, topic, code, detail, sample } of rejects) {
      await tx.$executeRaw`
        INSERT INTO ingest_reject (organization_id, device_id, at, topic, code, detail, sample)
        SELECT d.organization_id, d.id, ${now}, ${clean(topic, 200)}, ${code}, ${clean(detail, 300)}, ${sampleOf(sample)}
        FROM (SELECT ${deviceId ?? null}::text AS id) AS given LEFT JOIN device d ON d.id::text = given.id
        WHERE (SELECT count(*) FROM (
          SELECT 1 FROM ingest_reject r WHERE r.device_id IS NOT DISTINCT FROM d.id AND r.at > ${since} LIMIT ${keptPerHour}
        ) AS recent) < ${keptPerHour}`
    }
  })
}

function sampleOf(bytes: Uint8Array): string {
  return clean(Buffer.from(bytes.subarray(0, sampleBytes)).toString('utf8'), sampleBytes)
}

// PostgreSQL stores no NUL; a cut through a surrogate pair leaves half of it.
function clean(text: string, length: number): string {
  return Buffer.from(text.replaceAll('\0', '\uFFFD').slice(0, length)).toString('utf8')
}

import { Client } from 'pg'

/** A lock that PostgreSQL holds for one connection; it is lost with the connection. */
export interface AdvisoryLock extends AsyncDisposable {
  /** Rejects or resolves when the lock is gone, by `release` or because the connection broke. */
  readonly lost: Promise<void>
  release(): Promise<void>
}

/** Takes the lock named `key` if nobody has it; `undefined` otherwise. */
export async function tryAdvisoryLock(url: string, key: number): Promise<AdvisoryLock | undefined> {
  const client = new Client({ connectionString: url, keepAlive: true })
  const lost = new Promise<void>((resolve) => {
    // Not once: a cut connection reports the server's reason and then its end, and an unheard error ends the process.
    client.on('error', () => resolve())
    client.once('end', () => resolve())
  })
  await client.connect()
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [key])
  const release = () => client.end().catch(() => {})
  if (rows[0]?.locked) return { lost, release, [Symbol.asyncDispose]: release }
  await release()
  return undefined
}

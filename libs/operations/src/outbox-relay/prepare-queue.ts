import { queueName } from '@bootfleet/contracts'

/** Where BullMQ keeps its tables in PostgreSQL: a schema of its own, which no tenant's role can see. */
export const queueSchema = 'bullmq'

/**
 * Creates or brings up to date the tables of the queue on PostgreSQL and lets the role `bootfleet_system` use them.
 * `adminUrl` names a login that may create schemas, as for migrations; run it after them, before the worker starts.
 * Running it again changes nothing, and several at once wait for each other. Not needed where the queue is on Redis.
 */
export async function prepareQueue(adminUrl: string): Promise<void> {
  // Loaded here: only the process that prepares the database needs it.
  const { createPostgresBackend, PostgresConnection, Queue } = await import('bullmq')
  const settings = { connectionString: adminUrl, schema: queueSchema, max: 1 }
  const connection = new PostgresConnection({ ...settings, migrate: true })
  connection.on('error', () => {})
  try {
    await connection.waitUntilReady()
    const queue = new Queue(queueName, { connection: settings }, createPostgresBackend)
    queue.on('error', () => {})
    try {
      // A queue makes the sequence of its numbers when the first one is needed, which the application's login may not.
      const first = await queue.add('prepare', {}, { delay: 3_600_000 })
      await first.remove()
    } finally {
      await queue.close()
    }
    await connection.pool.query(`
      GRANT USAGE ON SCHEMA ${queueSchema} TO bootfleet_system;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${queueSchema} TO bootfleet_system;
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${queueSchema} TO bootfleet_system;`)
  } finally {
    await connection.close()
  }
}

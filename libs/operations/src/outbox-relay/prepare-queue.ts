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
  const { PostgresConnection } = await import('bullmq')
  const connectionString = adminUrl
  const connection = new PostgresConnection({ connectionString, schema: queueSchema, migrate: true, max: 1 })
  connection.on('error', () => {})
  try {
    await connection.waitUntilReady()
    // The numbers of a queue's jobs come from a sequence that is made with its first job, by whoever adds it.
    await connection.pool.query(`SELECT ${queueSchema}.next_job_id($1)`, [queueName])
    await connection.pool.query(`
      GRANT USAGE ON SCHEMA ${queueSchema} TO bootfleet_system;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${queueSchema} TO bootfleet_system;
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${queueSchema} TO bootfleet_system;`)
  } finally {
    await connection.close()
  }
}

import { Client } from 'pg'

/** Throws when the login of `url` could bypass row-level security: a superuser, or a role with BYPASSRLS. */
export async function checkLogin(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string; unsafe: boolean }>(
      'SELECT rolname AS name, rolsuper OR rolbypassrls AS unsafe FROM pg_roles WHERE rolname = session_user',
    )
    const login = rows[0]
    if (login?.unsafe)
      throw new Error(
        `The database login "${login.name}" can bypass row-level security. ` +
          'Give DATABASE_URL a login without SUPERUSER and BYPASSRLS that is a member of bootfleet_tenant and bootfleet_system.',
      )
  } finally {
    await client.end()
  }
}

import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { createApiToken, setupInstallation, type Ctx, type Services } from '@bootfleet/operations'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

/** How to sign in the first time: `admin.json`. */
export interface FirstAdmin {
  readonly email: string
  readonly password: string
  readonly token: string
  readonly url: string
}

export interface FirstAdminResult {
  readonly organizationId: string
  readonly email: string | undefined
  /** Set when this call created the account, so that it can be shown once. */
  readonly created?: FirstAdmin
}

/** The organization of an installation. */
export const organization = { slug: 'default', name: 'Default' }

/**
 * Sets the installation up unless it is, with an administrator whose password and API token are kept in `file`. The
 * password is in the file before it is in the database: a crash in between locks nobody out.
 */
export async function ensureFirstAdmin(
  services: Services,
  { file, email, demo }: { file: string; email: string; demo: boolean },
): Promise<FirstAdminResult> {
  const kept = await readFirstAdmin(file)
  const draft = kept ?? { email, password: newPassword(), token: '', url: services.addresses.web }
  if (kept === undefined) await writeFirstAdmin(file, draft)
  const { email: login, password } = draft
  const result = await setupInstallation(services, {
    organization,
    demo,
    admin: { email: login, password, name: 'Administrator' },
  })
  const { organizationId } = result
  if (!result.created.includes('admin')) {
    if (kept !== undefined && kept.token !== '') return { organizationId, email: login }
    if (kept === undefined) {
      await rm(file, { force: true })
      return { organizationId, email: undefined }
    }
  }
  const actor = { kind: 'user', id: result.adminId, name: 'Administrator', role: 'admin' } as const
  const ctx: Ctx = { services, organizationId, actor }
  const { token } = await createApiToken(ctx, { name: 'npm start', role: 'admin', expiresAt: null })
  const created = { ...draft, token, url: services.addresses.web }
  await writeFirstAdmin(file, created)
  return { organizationId, email: login, created }
}

export async function readFirstAdmin(file: string): Promise<FirstAdmin | undefined> {
  const text = await readPrivateFile(file)
  if (text === undefined) return undefined
  try {
    const { email, password, token, url } = JSON.parse(text) as Record<string, unknown>
    const parts = [email, password, token, url]
    if (parts.every((part) => typeof part === 'string'))
      return { email: String(email), password: String(password), token: String(token), url: String(url) }
  } catch {
    // As good as none.
  }
  return undefined
}

export function writeFirstAdmin(file: string, admin: FirstAdmin): Promise<void> {
  const { email, password, token, url } = admin
  return writePrivateFile(file, `${JSON.stringify({ email, password, token, url }, null, 2)}\n`)
}

/** 20 characters, easy to copy, 119 bits. */
export function newPassword(): string {
  return randomBytes(15).toString('base64url')
}

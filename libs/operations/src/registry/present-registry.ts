import type { Registry } from '@bootfleet/contracts'

/** Registry credentials as the API serves them: without the secret. */
export function presentRegistry(row: {
  id: string
  scope: string
  username: string
  forDevices: boolean
  createdAt: Date
}): Registry {
  const { id, scope, username, forDevices, createdAt } = row
  return { id, scope, username, forDevices, createdAt: createdAt.toISOString() }
}

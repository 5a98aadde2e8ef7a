import type { Me } from '@bootfleet/contracts'
import { cache } from 'react'
import { readApi } from './server-api.ts'

/** Who has signed in; asked once a request. */
export const readMe = cache(() => readApi((api) => api.sessions.me()))

/** Why the caller may not do something; `undefined` when they may. The API refuses it anyway. */
export function refusalOf({ role, permissions }: Me, permission: string): string | undefined {
  return permissions.includes(permission) ? undefined : `Your role, ${role}, may not do this.`
}

import type { Ctx, Role } from './context.ts'
import { OperationError } from './errors.ts'

/** What a role may do. Creating, approving and starting a rollout are separate permissions. */
const grants = {
  'fleet:read': ['viewer', 'operator', 'approver', 'admin'],
  'device:write': ['operator', 'admin'],
  'channel:write': ['operator', 'admin'],
  'release:create': ['operator', 'admin'],
  'group:write': ['operator', 'admin'],
  'policy:write': ['operator', 'admin'],
  'rollout:create': ['operator', 'admin'],
  'rollout:start': ['operator', 'admin'],
  'rollout:approve': ['approver', 'admin'],
  'rollout:control': ['operator', 'admin'],
  'freeze:write': ['operator', 'approver', 'admin'],
  'enrollment:write': ['operator', 'admin'],
  'registry:write': ['admin'],
  'token:write': ['admin'],
  'user:write': ['admin'],
  // `monitor` is the role of a monitoring system's token: it may say what it sees, and read nothing.
  'signal:write': ['operator', 'admin', 'monitor'],
  'demo:write': ['admin'],
  'audit:read': ['approver', 'admin'],
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof grants

/** Throws `forbidden` unless the actor may do it. First line of every operation that people can call. */
export function authorize(ctx: Ctx, permission: Permission): void {
  const { actor } = ctx
  if (actor.kind === 'system') return
  const allowed: readonly Role[] = grants[permission]
  if (actor.kind !== 'device' && allowed.includes(actor.role)) return
  const role = actor.kind === 'device' ? 'device' : actor.role
  throw new OperationError(
    'forbidden',
    `The role "${role}" may not do this (${permission}). Ask for: ${allowed.join(', ')}.`,
  )
}

/** Everything a role may do. */
export function permissionsOf(role: Role): Permission[] {
  return permissions.filter((permission) => (grants[permission] as readonly Role[]).includes(role))
}

const permissions = Object.keys(grants) as Permission[]

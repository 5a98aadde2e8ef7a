import { z } from 'zod'
import { Instant, Role } from './common.ts'
import { endpoint } from './endpoint.ts'
import { Freeze } from './freeze.ts'

const tag = 'session'

export const Me = z
  .object({
    kind: z.enum(['user', 'token']),
    id: z.uuid(),
    name: z.string(),
    role: Role,
    /** What the role may do, such as `rollout:start`. */
    permissions: z.array(z.string()),
    organization: z.object({ id: z.uuid(), slug: z.string(), name: z.string(), freeze: Freeze.nullable() }),
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

export const CreateSession = z
  .strictObject({ email: z.string().min(3).max(254), password: z.string().min(1).max(1024) })
  .meta({ id: 'CreateSession' })

/** The token is for clients without cookies; browsers get it as a cookie that scripts cannot read. */
export const Session = z.object({ token: z.string(), expiresAt: Instant, me: Me }).meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

export const sessions = {
  create: endpoint({
    method: 'POST',
    path: '/v1/sessions',
    summary: 'Sign in',
    tag,
    status: 201,
    open: true,
    body: CreateSession,
    response: Session,
  }),
  end: endpoint({
    method: 'DELETE',
    path: '/v1/sessions/current',
    summary: 'Sign out',
    tag,
    status: 204,
  }),
  me: endpoint({ method: 'GET', path: '/v1/me', summary: 'Who is asking', tag, status: 200, response: Me }),
}

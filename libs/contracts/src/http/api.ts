import { apiTokens } from './api-tokens.ts'
import { audit } from './audit.ts'
import { channels } from './channels.ts'
import { demo } from './demo.ts'
import { devices } from './devices.ts'
import { enrollmentTokens } from './enrollment-tokens.ts'
import { enrollments } from './enrollments.ts'
import { fleet } from './fleet.ts'
import { freeze } from './freeze.ts'
import { groups } from './groups.ts'
import { live } from './live.ts'
import { policies } from './policies.ts'
import { registries } from './registries.ts'
import { releases } from './releases.ts'
import { rollouts } from './rollouts.ts'
import { sessions } from './sessions.ts'
import { signals } from './signals.ts'

/** The whole HTTP API: resource, then endpoint. */
export const api = {
  sessions,
  channels,
  releases,
  groups,
  policies,
  demo,
  devices,
  enrollmentTokens,
  enrollments,
  rollouts,
  freeze,
  fleet,
  signals,
  apiTokens,
  audit,
  registries,
  live,
}

/** What audit entries are about. */
export const subjectKinds = [
  'api_token',
  'channel',
  'device',
  'enrollment',
  'enrollment_token',
  'group',
  'organization',
  'policy',
  'registry',
  'release',
  'rollout',
  'session',
  'signal',
  'user',
]

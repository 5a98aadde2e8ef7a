export * from './rollout/lifecycle.ts'
export * from './rollout/policy.ts'
export * from './rollout/target-lifecycle.ts'

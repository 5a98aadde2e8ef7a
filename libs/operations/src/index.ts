export * from './authorize.ts'
export * from './context.ts'
export * from './errors.ts'
export * from './services.ts'

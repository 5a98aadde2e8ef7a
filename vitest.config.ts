import { defineConfig } from 'vitest/config'

// Sources are read directly (the `source` condition): no build is needed to run a test.
const source = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } }
const integration = ['{apps,libs}/*/src/**/*.int.test.ts', 'test/integration/**/*.test.ts']
const system = ['test/system/**/*.test.ts', 'test/e2e/**/*.test.ts']

export default defineConfig({
  ...source,
  test: {
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['{apps,libs}/*/src/**/*.test.ts', 'test/*.test.ts'],
          exclude: ['**/node_modules/**', ...integration],
          testTimeout: 30_000,
        },
      },
      {
        ...source,
        test: {
          name: 'integration',
          include: integration,
          globalSetup: ['libs/testkit/src/vitest-postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...source,
        test: {
          name: 'system',
          include: system,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
})

import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Sources are read directly (the `source` condition): no build is needed to run a test.
const source = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } }
const integration = ['{apps,libs}/*/src/**/*.int.test.ts', 'test/integration/**/*.test.ts']
const system = ['test/system/**/*.test.ts', 'test/e2e/**/*.test.ts']

// Left to itself Vitest leaves one core free, which on two is half of them. Integration tests wait for processes more
// than they compute, so there is one more of them than cores; each has its own ports, and its database on one server.
const cores = availableParallelism()
const unitWorkers = cores
const integrationWorkers = Math.min(cores + 1, 6)
const systemWorkers = Math.min(cores, 4)

// The same properties are tried with the same values each time: a change is judged, not chance.
const setupFiles = ['./test/tools/fixed-seed.ts']

export default defineConfig({
  ...source,
  test: {
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          setupFiles,
          include: ['{apps,libs}/*/src/**/*.test.ts', 'test/*.test.ts', 'test/peer-failures/*.test.ts'],
          exclude: ['**/node_modules/**', ...integration],
          testTimeout: 30_000,
          maxWorkers: unitWorkers,
          // They leave nothing behind, and to load every module anew for each file is half of the work.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...source,
        test: {
          name: 'integration',
          setupFiles,
          include: integration,
          globalSetup: ['libs/testkit/src/vitest-postgres.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: integrationWorkers,
          // As for unit tests: to load every module anew for each file is half of the work.
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...source,
        test: {
          name: 'system',
          include: system,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: systemWorkers,
          sequence: { groupOrder: 2 },
        },
      },
      {
        ...source,
        test: {
          name: 'vm',
          include: ['test/vm/*.test.ts'],
          // The tests are the life of one machine, whose processor is played by a program.
          bail: 1,
          testTimeout: 60 * 60_000,
          hookTimeout: 60 * 60_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})

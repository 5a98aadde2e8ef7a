import { configureGlobal } from 'fast-check'

/** `SEED=7 npx vitest run …` tries other values. */
configureGlobal({ seed: Number(process.env['SEED'] ?? 20_261_123) })

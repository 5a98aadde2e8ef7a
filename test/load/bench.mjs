// `npm run bench`: measures the built parts. Options: see options.ts, or `npm run bench -- --help`.
import { existsSync } from 'node:fs'
import { register } from 'node:module'

const parts = ['api', 'gateway', 'worker'].map((name) => new URL(`../../apps/${name}/dist/main.js`, import.meta.url))
if (parts.every((part) => existsSync(part))) {
  // Prisma loads the relations of a row at once on the connection of a transaction, which pg's driver calls deprecated.
  process.noDeprecation = true
  register('./typescript-hooks.mjs', import.meta.url)
  await import('./main.ts')
} else {
  process.stderr.write('The parts to be measured are not built. Run `npm run build` first.\n')
  process.exitCode = 1
}

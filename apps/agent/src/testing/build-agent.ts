import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** Bundles the agent as its build does, into a temporary directory. Gives the path of the one file. */
export async function buildAgent(): Promise<string> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('../main.ts', import.meta.url)),
    platform: 'node',
    resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
  })
  const file = join(await mkdtemp(join(tmpdir(), 'bootfleet-agent-')), 'bootfleet-agent.mjs')
  await bundle.write({ file, format: 'esm' })
  await bundle.close()
  return file
}

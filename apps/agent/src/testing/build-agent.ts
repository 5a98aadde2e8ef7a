import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** Bundles the agent as its build does, into a directory that goes with the process. Gives the path of the one file. */
export async function buildAgent(): Promise<string> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('../main.ts', import.meta.url)),
    platform: 'node',
    resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
  })
  const directory = mkdtempSync(join(tmpdir(), 'bootfleet-agent-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'bootfleet-agent.mjs')
  await bundle.write({ file, format: 'esm' })
  await bundle.close()
  return file
}

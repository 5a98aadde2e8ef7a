import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { loadConfig } from 'rolldown/config'

const config = fileURLToPath(new URL('../../rolldown.config.mjs', import.meta.url))

/** Bundles the agent as its build does, into a directory that goes with the process. Gives the path of the one file. */
export async function buildAgent(): Promise<string> {
  const settings = [await loadConfig(config)].flat()[0]
  if (typeof settings !== 'object') throw new Error(`${config} exports no list`)
  const bundle = await rolldown({ ...settings, cwd: dirname(config) })
  const directory = mkdtempSync(join(tmpdir(), 'bootfleet-agent-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'bootfleet-agent.mjs')
  await bundle.write({ ...[settings.output].flat()[0], file })
  await bundle.close()
  return file
}

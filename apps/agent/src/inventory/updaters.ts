import type { InventoryDocument } from '@bootfleet/contracts'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../machine/run-command.ts'
import { unitProperties } from '../machine/systemd.ts'
import { readOptional } from '../store/durable-file.ts'

/** Units that update or reboot a machine on their own. */
const limits = { timeoutMs: 20_000 }
const updaterUnits = ['bootc-fetch-apply-updates.timer', 'rpm-ostreed-automatic.timer', 'zincati.service']

/** What the agent does about them. */
export const updaterModes = ['disable', 'mask', 'keep'] as const
export type UpdaterMode = (typeof updaterModes)[number]

/**
 * What else this machine has that would update or reboot it: units, each `enabled`, `disabled`, `masked`, …, or `active`
 * where it runs although it is not enabled; and kured, which reboots a Kubernetes node as soon as bootc has staged, unless
 * the agent keeps that from it.
 */
export async function readUpdaters(root: string, mode: UpdaterMode): Promise<InventoryDocument['updaters']> {
  const found: InventoryDocument['updaters'] = []
  if (await runsKured(root)) found.push({ name: 'kured', state: mode === 'mask' ? 'masked' : 'active' })
  for (const name of updaterUnits) {
    const properties = await unitProperties(name, ['LoadState', 'UnitFileState', 'ActiveState'])
    const loadState = properties.get('LoadState') ?? 'not-found'
    if (loadState !== 'loaded' && loadState !== 'masked') continue
    const fileState = properties.get('UnitFileState') || loadState
    const runs = properties.get('ActiveState') === 'active'
    found.push({ name, state: runs && fileState !== 'enabled' ? 'active' : fileState.slice(0, 40) })
  }
  return found
}

/** Turns off whatever else would update this machine, and names what was on. */
export async function stopUpdaters(root: string, mode: UpdaterMode): Promise<string[]> {
  if (mode === 'keep') return []
  await hideStaging(root, mode)
  const isOff = (state: string): boolean => state === 'masked' || (mode === 'disable' && state === 'disabled')
  const running = (await readUpdaters(root, mode)).filter(
    ({ name, state }) => updaterUnits.includes(name) && !isOff(state),
  )
  // A static one has no link that could be taken away, and is started by its timer alone.
  const changed = running.filter(({ state }) => mode === 'mask' || state === 'enabled' || state === 'active')
  for (const { name } of changed) await runCommand('systemctl', [mode, '--now', name], limits)
  return changed.map(({ name }) => name)
}

/** Its container writes a log of this name on every node that it watches. */
async function runsKured(root: string): Promise<boolean> {
  const names = await readdir(join(root, 'var/log/containers')).catch(() => [])
  return names.some((name) => name.startsWith('kured-'))
}

/**
 * Where updaters are masked: takes away the file by which bootc says that it has staged something, and for which kured
 * reboots. It is pods that run kured, so that nothing on the node itself could stop it. What others ask for stays.
 */
export async function hideStaging(root: string, mode: UpdaterMode): Promise<void> {
  if (mode !== 'mask') return
  const file = join(root, 'run/reboot-required')
  const said = await readOptional(file).catch(() => undefined)
  if (said?.startsWith('bootc:')) await rm(file, { force: true })
}

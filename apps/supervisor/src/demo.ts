import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { getDemo, removeDemo, systemCtx, type Services } from '@bootfleet/operations'
import { findFreePort } from './ports.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

const preferredPort = 3002

/** Whether a demo is to run. One that was asked for and never set up is forgotten when it is not wanted any more. */
export async function isDemoWanted(services: Services, organizationId: string, isAllowed: boolean): Promise<boolean> {
  const ctx = systemCtx(services, organizationId)
  const { state } = await getDemo(ctx)
  if (state === 'wanted' && !isAllowed) await removeDemo(ctx)
  return isAllowed && state !== 'none'
}

/**
 * The port of the demo's images: it is part of their names, so it is found once and kept in `folder`. None of `taken`,
 * on which nothing listens yet.
 */
export async function keepDemoPort(folder: string, taken: readonly number[]): Promise<number> {
  const file = join(folder, 'port')
  const kept = Number(await readPrivateFile(file))
  if (kept > 0) return kept
  const port = await findFreePort(taken.includes(preferredPort) ? undefined : preferredPort)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writePrivateFile(file, `${port}\n`)
  return port
}

import { join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { PowerEvent, PowerPlan } from './power-plan.ts'
import type { Deployment, ImageContent, ImageReference, MachineState, Unit } from './machine-state.ts'

interface StateModule {
  readState: (root: string) => MachineState
  writeState: (root: string, state: MachineState) => void
  updateState: <T>(root: string, change: (state: MachineState) => T) => T
  deploymentId: (deployment: Deployment) => string
  bootedDeployment: (state: MachineState) => Deployment | null
  rollbackDeployment: (state: MachineState) => Deployment | null
}

interface StageModule {
  newDeployment: (state: MachineState, image: ImageReference, content: ImageContent) => Deployment
  touchStatus: (root: string) => void
}

interface JournalModule {
  appendJournal: (root: string, entry: Record<string, string>) => void
  readJournal: (root: string) => Record<string, string>[]
}

interface UnitsModule {
  newUnit: (fields?: Partial<Unit>) => Unit
}

interface LockModule {
  isAlive: (pid: number) => boolean
}

interface PowerModule {
  takePlan: (root: string, kind: PowerEvent) => PowerPlan | null
}

/**
 * Directory of the executables' sources. They are plain scripts without a build step, so also the built package uses
 * them where they lie in the sources.
 */
export const machineSources = fileURLToPath(new URL('.', import.meta.url)).replace(
  `${sep}dist${sep}`,
  `${sep}src${sep}`,
)

async function load(name: string): Promise<unknown> {
  const url = pathToFileURL(join(machineSources, 'machine', name)).href
  return import(/* @vite-ignore */ url)
}

export const { readState, writeState, updateState, deploymentId, bootedDeployment, rollbackDeployment } = (await load(
  'state.mjs',
)) as StateModule
export const { newDeployment, touchStatus } = (await load('stage.mjs')) as StageModule
export const { appendJournal, readJournal } = (await load('journal.mjs')) as JournalModule
export const { newUnit } = (await load('units.mjs')) as UnitsModule
export const { isAlive } = (await load('lock.mjs')) as LockModule
export const { takePlan } = (await load('power.mjs')) as PowerModule

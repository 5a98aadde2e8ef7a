import type { Demo } from '@bootfleet/contracts'
import { readApiOrProblem } from './server-api.ts'

/** The simulated fleet, if there is one; nothing on a server that knows of no demo. */
export async function readDemo(): Promise<Demo | undefined> {
  const { value } = await readApiOrProblem((api) => api.demo.get())
  return value === undefined || value.state === 'none' ? undefined : value
}

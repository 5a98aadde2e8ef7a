import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Environment = z.object({
  BOOTFLEET_API_URL: z.url({ protocol: /^https?$/ }),
  /** The folder with `admin.json`; the simulated devices are kept there as well. */
  BOOTFLEET_DATA: z.string().min(1),
  DEMO_PORT: z.coerce.number().int().min(0).max(65_535),
})

export interface DemoConfig {
  readonly api: { readonly baseUrl: string; readonly token: string }
  readonly port: number
  readonly folder: string
  /** For the simulated devices: everything that this process has, and the token. */
  readonly environment: NodeJS.ProcessEnv
}

/** Reads the environment and the administrator's token. Throws one error that names what is missing. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): DemoConfig {
  const { data, error } = Environment.safeParse(env)
  if (!data) throw new Error(`The demo is started by npm start. ${z.prettifyError(error)}`)
  const file = join(data.BOOTFLEET_DATA, 'admin.json')
  const { token } = z.object({ token: z.string().min(1) }).parse(JSON.parse(readFileSync(file, 'utf8')))
  const environment = { ...env, BOOTFLEET_TOKEN: token }
  const folder = join(data.BOOTFLEET_DATA, 'demo')
  return { api: { baseUrl: data.BOOTFLEET_API_URL, token }, port: data.DEMO_PORT, folder, environment }
}

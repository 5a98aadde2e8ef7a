import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** What the environment says, and where files are. */
export interface Settings {
  /** `BOOTFLEET_URL` */
  readonly url: string | undefined
  /** `BOOTFLEET_TOKEN` */
  readonly token: string | undefined
  /** What `bootfleet login` keeps. */
  readonly configFile: string
  /** What `npm start` writes into its data folder. */
  readonly adminFile: string
  /** What the conventional variables say about colours; `auto` leaves it to whether there is a terminal. */
  readonly colour: 'always' | 'never' | 'auto'
  /** Whether a terminal can move its cursor. */
  readonly cursor: boolean
}

/** Reads the environment; an empty variable is an absent one. */
export function readSettings(env: NodeJS.ProcessEnv = process.env, folder: string = process.cwd()): Settings {
  const given = (name: string) => env[name] || undefined
  const home = given('XDG_CONFIG_HOME') ?? join(given('HOME') ?? homedir(), '.config')
  const dumb = given('TERM') === 'dumb'
  return {
    url: given('BOOTFLEET_URL'),
    token: given('BOOTFLEET_TOKEN'),
    configFile: join(home, 'bootfleet', 'config.json'),
    adminFile: resolve(folder, given('BOOTFLEET_DATA') ?? '.bootfleet', 'admin.json'),
    colour: given('NO_COLOR') !== undefined || dumb ? 'never' : forced(given('FORCE_COLOR')) ? 'always' : 'auto',
    cursor: !dumb,
  }
}

function forced(value: string | undefined): boolean {
  return value !== undefined && value !== '0' && value !== 'false'
}

import { CliError } from '../failure.ts'
import type { Credentials } from './credentials.ts'

/** Where the server is and who asks; `source` says who named the token. */
export interface Connection {
  readonly url: string
  readonly token: string
  readonly source: 'flag' | 'environment' | 'login' | 'admin'
}

export interface ConnectionSources {
  /** `--url` and `--token` */
  readonly flags: Partial<Credentials>
  /** `BOOTFLEET_URL` and `BOOTFLEET_TOKEN` */
  readonly environment: Partial<Credentials>
  /** What `bootfleet login` kept. */
  readonly login: Credentials | undefined
  /** What `npm start` wrote into the data folder here. */
  readonly admin: Credentials | undefined
}

const howTo = 'Run "bootfleet login URL", or set BOOTFLEET_URL and BOOTFLEET_TOKEN.'

/**
 * Chooses server and token: flags, then environment, then login, then the admin file. A token from a file goes only to
 * the server that it was kept for. Throws `not_allowed` when one of the two is missing.
 */
export function chooseConnection({ flags, environment, ...files }: ConnectionSources): Connection {
  const given = flags.url ?? environment.url ?? files.login?.url ?? files.admin?.url
  if (given === undefined) throw new CliError('not_allowed', `No server is known. ${howTo}`)
  const url = normalizeUrl(given)
  if (flags.token !== undefined) return { url, token: flags.token, source: 'flag' }
  if (environment.token !== undefined) return { url, token: environment.token, source: 'environment' }
  const kept = (['login', 'admin'] as const).find((source) => isFor(files[source], url))
  if (kept) return { url, token: files[kept]?.token ?? '', source: kept }
  throw new CliError(
    'not_allowed',
    `You are not signed in at ${url}. Run "bootfleet login ${url}", or set BOOTFLEET_TOKEN.`,
  )
}

function isFor(credentials: Credentials | undefined, url: string): boolean {
  return credentials !== undefined && normalizeUrl(credentials.url) === url
}

/** A server's address without the slash at its end. Throws a usage error unless it is http or https. */
export function normalizeUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    if (url.username === '' && url.search === '' && url.hash === '') return url.href.replace(/\/+$/, '')
  }
  throw new CliError('usage', `"${text}" is not the address of a server: write http://HOST:PORT or https://HOST.`)
}

/** Whether a token sent there could be read on the way. */
export function isPlaintext(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

import { once } from 'node:events'
import { connect, isIPv4 } from 'node:net'

const startAgain = ['', '  HOST=0.0.0.0 PUBLIC_HOST=<name or address of the server> npm start', '']

/**
 * What stands between a machine and the address in its document, as lines for people: an address that means "this
 * machine", or one where nothing answers from here within `timeoutMs`. Empty when nothing is known to.
 */
export async function addressWarning(url: string, timeoutMs = 2000): Promise<string[]> {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isLoopback(host)) {
    return [
      `Warning: ${host} means "this machine" everywhere, so no other machine can reach`,
      'the server there. Start it so that they can, and make a new document then:',
      ...startAgain,
    ]
  }
  const problem = await whyUnreachable(host, { port: port === '' ? 443 : Number(port), timeoutMs })
  if (problem === undefined) return []
  return [
    `Warning: nothing answers at ${url} from here (${problem}).`,
    'If the server listens on 127.0.0.1 only, start it for other machines too:',
    ...startAgain,
  ]
}

/** Whether a host name or address is the machine's own, whichever machine asks. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1' || name === '0.0.0.0') return true
  return isIPv4(name) && name.startsWith('127.')
}

/** Why no connection comes about from here, in a word; undefined if one does. */
export async function whyUnreachable(
  host: string,
  { port, timeoutMs }: { port: number; timeoutMs: number },
): Promise<string | undefined> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) })
    return undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code !== 'ABORT_ERR') return String(error.code)
    return 'no answer'
  } finally {
    socket.destroy()
  }
}

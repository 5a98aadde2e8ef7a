import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

export interface ProxyTrust {
  /** Addresses and CIDR ranges of the proxies that are believed about who called. */
  readonly proxies: readonly string[]
  /** By what the dashboard's process is known, which passes requests on from the same machine; absent: it is not. */
  readonly webKey?: string
}

/** What is looked at of a request. */
export interface CallerOf {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>
  readonly headers: IncomingMessage['headers']
}

/** Finds the address that a request came from. */
export type CallerAddress = (request: CallerOf) => string

/**
 * Believes `X-Forwarded-For` only as far as it was written by who is trusted: from its end back to the first address
 * that is no proxy's. Throws for what is neither an address nor a range.
 */
export function createCallerAddress({ proxies, webKey }: ProxyTrust): CallerAddress {
  const isProxy = matcher(proxies)
  return ({ socket, headers }) => {
    const peer = plain(socket.remoteAddress ?? '')
    if (!isProxy(peer) && !isKey(headers['x-bootfleet-web-key'], webKey)) return peer
    let address = peer
    for (const hop of hopsOf(headers).reverse()) {
      if (isIP(hop) === 0) break
      address = hop
      if (!isProxy(hop)) break
    }
    return address
  }
}

function hopsOf(headers: CallerOf['headers']): string[] {
  const given = [headers['x-forwarded-for'] ?? []].flat().join(',')
  return given.split(',').map((hop) => plain(hop.trim()))
}

function matcher(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const entry of proxies) {
    const [address = '', bits, ...rest] = entry.split('/')
    const version = isIP(address)
    const longest = version === 6 ? 128 : 32
    const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity
    if (version === 0 || prefix > longest || rest.length > 0) throw new Error(`"${entry}" is no address and no range`)
    list.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4')
  }
  return (address) => isIP(address) > 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

function isKey(given: string | string[] | undefined, key: string | undefined): boolean {
  if (typeof given !== 'string' || key === undefined) return false
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(key))
}

// A socket that takes both kinds shows an IPv4 address inside an IPv6 one.
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

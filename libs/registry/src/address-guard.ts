import { lookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { RegistryError } from './registry-error.ts'

export type AddressClass = 'public' | 'private' | 'metadata'

const reservedV4 = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`
// 2001::/23 and 2002::/16 carry other addresses inside them (Teredo, 6to4), so they cannot be judged by their own number.
const reservedV6 = '2001::/23 2001:db8::/32 2002::/16 3fff::/20'
const metadata = `169.254.0.0/16 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32 fd00:ec2::254/128 fd20:ce::254/128`

const reserved = blockListOf(`${reservedV4} ${reservedV6}`)
const metadataServices = blockListOf(metadata)
const globalUnicast = blockListOf('2000::/3')

/**
 * What an IP address belongs to. `private` is everything that is not globally routable; `metadata` is where clouds
 * serve credentials to their machines (all of IPv4 link-local included). What is not an address is `private`.
 */
export function classifyAddress(address: string): AddressClass {
  const plain = address.replace(/%.*$/, '')
  const version = isIP(plain)
  if (version === 0) return 'private'
  const embedded = version === 6 ? embeddedV4(plain) : undefined
  if (embedded !== undefined) return classifyAddress(embedded)
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (metadataServices.check(plain, family)) return 'metadata'
  if (reserved.check(plain, family)) return 'private'
  return version === 4 || globalUnicast.check(plain, family) ? 'public' : 'private'
}

/**
 * The `address_refused` error if one may not connect to the address, else undefined. Metadata services are refused in
 * every case.
 */
export function addressRefusal(host: string, address: string, allowPrivate: boolean): RegistryError | undefined {
  const found = classifyAddress(address)
  if (found === 'public' || (found === 'private' && allowPrivate)) return undefined
  const shown = host === address ? address : `${host} (${address})`
  const advice =
    found === 'private'
      ? 'allow private addresses in the settings if this host is meant'
      : 'it serves credentials to the machine itself and is never allowed'
  return new RegistryError('address_refused', `${shown} is a ${found} address: ${advice}`)
}

type ResolveAll = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * A `lookup` for sockets that hands out addresses only after all of them were checked, so the address that is
 * connected to is the address that was judged.
 */
export function guardedLookup(allowPrivate: boolean, resolveAll: ResolveAll = resolveBySystem): LookupFunction {
  return (hostname, options, callback) => {
    resolveAll(hostname, (error, addresses) => {
      if (error !== null) return callback(error, [])
      const [first] = addresses
      if (first === undefined) return callback(noAddress(hostname), [])
      const refusal = addresses.map(({ address }) => addressRefusal(hostname, address, allowPrivate)).find(Boolean)
      if (refusal !== undefined) return callback(refusal, [])
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family)
    })
  }
}

function resolveBySystem(...[hostname, callback]: Parameters<ResolveAll>): void {
  lookup(hostname, { all: true }, callback)
}

function noAddress(hostname: string): RegistryError {
  return new RegistryError('network', `${hostname} has no address: check the host name`)
}

// ::ffff:a.b.c.d (mapped) and 64:ff9b::a.b.c.d (NAT64) reach an IPv4 host.
function embeddedV4(address: string): string | undefined {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const match =
    /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ??
    /^64:ff9b::(?:(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4}))?$/.exec(canonical)
  if (match === null) return undefined
  const [high, low] = [Number.parseInt(match[1] ?? '0', 16), Number.parseInt(match[2] ?? '0', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

function blockListOf(subnets: string): BlockList {
  const list = new BlockList()
  for (const subnet of subnets.split(/\s+/)) {
    const [address = '', bits = ''] = subnet.split('/')
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

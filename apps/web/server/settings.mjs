// @ts-check
import { BlockList, isIP } from 'node:net'

/** Where to listen, where the API is, and what is said to it about who called. Throws one line for what is wrong. */
export function readSettings() {
  // oxlint-disable-next-line node/no-process-env -- the composition root of the server
  const given = process.env
  const { HOST = '', PORT = '', BOOTFLEET_API_URL = '', BOOTFLEET_WEB_KEY, BOOTFLEET_TRUSTED_PROXIES = '' } = given
  const port = Number(PORT || 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a port from 0 to 65535')
  return {
    host: HOST || '127.0.0.1',
    port,
    apiUrl: new URL(BOOTFLEET_API_URL || 'http://127.0.0.1:3001'),
    /** By what the API knows this process. */
    webKey: BOOTFLEET_WEB_KEY,
    isProxy: readProxies(BOOTFLEET_TRUSTED_PROXIES),
  }
}

/**
 * Whether an address is of a proxy that is believed about who called it.
 * @param {string} text addresses and ranges, separated by commas
 * @returns {(address: string) => boolean}
 */
export function readProxies(text) {
  const list = new BlockList()
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue
    const [address = '', bits] = entry.split('/')
    const version = isIP(address)
    if (version === 0) throw new Error('BOOTFLEET_TRUSTED_PROXIES must be addresses or ranges, separated by commas')
    list.addSubnet(address, Number(bits ?? (version === 6 ? 128 : 32)), version === 6 ? 'ipv6' : 'ipv4')
  }
  return (address) => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
    return isIP(plain) > 0 && list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
  }
}

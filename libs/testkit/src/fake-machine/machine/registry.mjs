import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { BootcError } from './errors.mjs'
import { machinePaths } from './paths.mjs'
import { manifestName } from './reference.mjs'

/** @typedef {import('./reference.mjs').Reference} Reference */
/** @typedef {import('node:http').IncomingMessage} IncomingMessage */

const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')
const maxDocumentBytes = 4 * 1024 * 1024
const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/

/**
 * @param {string} host
 * @param {NodeJS.ErrnoException} error
 */
function networkError(host, error) {
  const causes = {
    ECONNREFUSED: `dial tcp ${host}: connect: connection refused`,
    ECONNRESET: 'read: connection reset by peer',
    ETIMEDOUT: `dial tcp ${host}: i/o timeout`,
  }
  return new BootcError(
    `pinging container registry ${host}: Get "http://${host}/v2/": ${causes[error.code ?? ''] ?? 'EOF'}`,
  )
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 * @returns {Promise<IncomingMessage>}
 */
function get(url, headers) {
  const { host } = new URL(url)
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: false, headers: { 'user-agent': 'bootc/fake', ...headers } }, resolve)
    call.on('error', (error) => reject(networkError(host, error)))
    call.end()
  })
}

/** @param {IncomingMessage} response */
async function readAll(response) {
  const chunks = []
  let bytes = 0
  try {
    for await (const chunk of response) {
      bytes += chunk.length
      if (bytes > maxDocumentBytes) throw new BootcError('document is larger than 4 MiB')
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof BootcError) throw error
    throw new BootcError('unexpected EOF')
  }
  return Buffer.concat(chunks)
}

/**
 * The credentials of the first auth file that exists; only that one is read.
 * @param {string} root
 * @param {Reference} reference
 */
function basicAuth(root, { host, repository }) {
  for (const file of machinePaths(root).authFiles) {
    try {
      const auths = JSON.parse(readFileSync(file, 'utf8')).auths ?? {}
      const best = Object.keys(auths)
        .filter((key) => key === host || repository === key || repository.startsWith(`${key}/`))
        .sort((a, b) => b.length - a.length)[0]
      return best === undefined ? null : auths[best].auth
    } catch (error) {
      if (error.code !== 'ENOENT') throw new BootcError(`parsing ${file}: ${error.message}`)
    }
  }
  return null
}

/**
 * @param {string} challenge
 * @param {string | null} basic
 */
async function bearerToken(challenge, basic) {
  const fields = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]))
  const url = new URL(fields.realm ?? '')
  if (fields.service) url.searchParams.set('service', fields.service)
  if (fields.scope) url.searchParams.set('scope', fields.scope)
  if (!loopback.test(url.host)) throw new BootcError(`dial tcp: lookup ${url.hostname}: no such host`)
  const response = await get(url.href, basic ? { authorization: `Basic ${basic}` } : {})
  const body = await readAll(response)
  if (response.statusCode !== 200) {
    throw new BootcError(
      'unable to retrieve auth token: invalid username/password: unauthorized: authentication required',
    )
  }
  const token = JSON.parse(body.toString('utf8'))
  return token.token ?? token.access_token
}

/** @type {Record<number, string>} */
const statusTexts = {
  401: 'unauthorized: authentication required',
  403: 'denied: requested access to the resource is denied',
  404: 'manifest unknown',
  429: 'toomanyrequests: Too Many Requests',
}

/**
 * A session with one repository of a registry on the loopback; other hosts do not resolve, tests stay on the machine.
 * @param {string} root
 * @param {Reference} reference
 */
export function openRepository(root, reference) {
  const { host, path, repository } = reference
  if (!loopback.test(host)) {
    const name = host.replace(/:\d+$/, '')
    throw new BootcError(
      `pinging container registry ${host}: Get "https://${host}/v2/": dial tcp: lookup ${name}: no such host`,
    )
  }
  const basic = basicAuth(root, reference)
  let authorization = basic ? `Basic ${basic}` : null

  /**
   * @param {string} route
   * @param {string} what
   */
  async function fetchRoute(route, what) {
    const url = `http://${host}/v2/${path}/${route}`
    const headers = () => ({ accept, ...(authorization ? { authorization } : {}) })
    let response = await get(url, headers())
    const challenge = response.headers['www-authenticate'] ?? ''
    if (response.statusCode === 401 && /^bearer /i.test(challenge)) {
      response.resume()
      authorization = `Bearer ${await bearerToken(challenge, basic)}`
      response = await get(url, headers())
    }
    if (response.statusCode === 200) return response
    response.resume()
    const status = response.statusCode ?? 0
    const text = statusTexts[status] ?? `received unexpected HTTP status: ${status} ${response.statusMessage}`
    throw new BootcError(`${what} in ${repository}: ${text}`)
  }

  return {
    /** @param {string} name tag or digest */
    async manifest(name) {
      const bytes = await readAll(await fetchRoute(`manifests/${name}`, `reading manifest ${name}`))
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
      if (name.startsWith('sha256:') && name !== digest) {
        throw new BootcError(`reading manifest ${name} in ${repository}: manifest digest does not match`)
      }
      return { digest, document: JSON.parse(bytes.toString('utf8')) }
    },
    /** @param {string} digest */
    async config(digest) {
      const bytes = await readAll(await fetchRoute(`blobs/${digest}`, `reading config blob ${digest}`))
      return JSON.parse(bytes.toString('utf8'))
    },
    /**
     * Reads a blob to its end and checks its digest; the bytes themselves are not kept.
     * @param {string} digest
     * @param {(bytes: number) => Promise<void>} onBytes
     */
    async blob(digest, onBytes) {
      const response = await fetchRoute(`blobs/${digest}`, `reading blob ${digest}`)
      const hash = createHash('sha256')
      try {
        for await (const chunk of response) {
          hash.update(chunk)
          await onBytes(chunk.length)
        }
      } catch (error) {
        if (error instanceof BootcError) throw error
        throw new BootcError(`reading blob ${digest}: unexpected EOF`)
      }
      if (`sha256:${hash.digest('hex')}` !== digest)
        throw new BootcError(`reading blob ${digest}: digest does not match`)
    },
    name: manifestName(reference),
  }
}

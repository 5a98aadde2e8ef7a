import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { Content, Image } from './image.ts'

export interface ImageServer extends AsyncDisposable {
  /** `host:port`, as it stands in an image reference. */
  readonly registry: string
}

interface ServeOptions {
  /** Path of the repository; there is no other. */
  readonly repository: string
  /** Port of 127.0.0.1; 0 takes any free one. */
  readonly port: number
}

/** What lies at a path, or the error code of the protocol. */
type Found = { readonly digest: string; readonly content: Content } | string

const route = /^\/v2\/(?<name>.+)\/(?<kind>manifests|blobs)\/(?<reference>[^/]+)$/

/** The pulling half of the OCI distribution protocol over a few images in memory, on this machine alone. */
export async function serveImages(images: readonly Image[], { repository, port }: ServeOptions): Promise<ImageServer> {
  const contents = new Map(images.flatMap((image) => [...image.contents]))
  const tags = new Map(images.map(({ tag, indexDigest }) => [tag, indexDigest]))
  const find = (path: string): Found => {
    const { name, kind, reference = '' } = route.exec(path)?.groups ?? {}
    if (name !== repository) return 'NAME_UNKNOWN'
    const digest = kind === 'manifests' ? (tags.get(reference) ?? reference) : reference
    const content = contents.get(digest)
    if (content) return { digest, content }
    return kind === 'manifests' ? 'MANIFEST_UNKNOWN' : 'BLOB_UNKNOWN'
  }
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'UNSUPPORTED')
    if (path === '/v2/') return void response.writeHead(200, version).end('{}')
    const found = find(path)
    return typeof found === 'string' ? refuse(response, 404, found) : answer(response, found)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  return {
    registry: `127.0.0.1:${bound}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const version = { 'docker-distribution-api-version': 'registry/2.0' }

// Node leaves the body of a HEAD request out by itself.
function answer(response: ServerResponse, { digest, content }: Exclude<Found, string>): void {
  const { mediaType, bytes } = content
  const headers = { 'content-type': mediaType, 'content-length': bytes.length, 'docker-content-digest': digest }
  response.writeHead(200, { ...version, ...headers }).end(bytes)
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] })
  response.writeHead(status, { ...version, 'content-type': 'application/json' }).end(body)
}

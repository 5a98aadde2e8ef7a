import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { BuiltImage } from '../../libs/testkit/src/build-image.ts'

type FakeHandler = (request: IncomingMessage, response: ServerResponse) => void

export type FakeRegistry = {
  /** `127.0.0.1:port` */
  readonly host: string
  /** Every request, oldest first. */
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers'] }[]
  /** Answers that come before what the image would give; returns false to let the image answer. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean
}

/**
 * A registry in this process that holds one image under every repository and tag, and misbehaves as told. Speaks
 * https if a certificate is given.
 */
export async function startFakeRegistry(
  image: BuiltImage,
  tls?: { cert: string; key: string },
): Promise<FakeRegistry & AsyncDisposable> {
  const fake = { requests: [] as FakeRegistry['requests'], intercept: (() => false) as FakeRegistry['intercept'] }
  const handle: FakeHandler = (request, response) => {
    fake.requests.push({ path: request.url ?? '', headers: request.headers })
    if (!fake.intercept(request, response)) serveImage(image, request, response)
  }
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return Object.assign(fake, { host, [Symbol.asyncDispose]: stop })
}

/** Ends a response with a status, headers and a JSON or text body. */
export function answer(
  response: ServerResponse,
  status: number,
  { headers = {}, body = '' }: { headers?: Record<string, string>; body?: object | string } = {},
): true {
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  return true
}

function serveImage(image: BuiltImage, request: IncomingMessage, response: ServerResponse): void {
  const [, kind, name = ''] = /\/(manifests|blobs)\/([^/]+)$/.exec(request.url ?? '') ?? []
  const digest = name.startsWith('sha256:') ? name : image.top.digest
  const document = image.documents.find((each) => each.digest === digest)
  const bytes = kind === 'blobs' ? image.blobs.get(name) : document?.bytes
  if (bytes === undefined) {
    answer(response, request.url === '/v2/' ? 200 : 404, { body: { errors: [{ code: 'MANIFEST_UNKNOWN' }] } })
    return
  }
  const type = kind === 'blobs' ? 'application/octet-stream' : (document?.mediaType ?? '')
  response.writeHead(200, { 'content-type': type, 'docker-content-digest': digest }).end(bytes)
}

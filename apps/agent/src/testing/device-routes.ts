import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Server, ServerOptions } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { EnrollRequest, RenewRequest, UpBatch } from '@bootfleet/contracts'
import { claimedFingerprint, fingerprintOf, issueDeviceCertificate, readDeviceToken } from '@bootfleet/pki'
import { device, token, type DevicePlane } from './device-plane.ts'

/** The device side of the HTTP surface, as thin as it can be. */
export function serveDevices(plane: DevicePlane, options: ServerOptions): Server {
  return createServer(options, (request, response) => {
    answer(plane, request)
      .then(([status, body]) => reply(response, status, body))
      .catch((error: unknown) => reply(response, 500, { code: 'broken', detail: String(error) }))
  })
}

type Answer = [status: number, body: unknown]

async function answer(plane: DevicePlane, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'https://localhost')
  const body = request.method === 'POST' ? await readJson(request) : undefined
  if (url.pathname === '/device/v1/enroll') return enroll(plane, body)
  if (!(await isKnown(plane, request))) return [401, { code: 'unauthorized', title: 'No certificate' }]
  if (url.pathname === '/device/v1/renew') {
    const { csr } = RenewRequest.parse(body)
    return [200, { certificate: await certificateFor(plane, csr), ca: plane.authority.certificatePem }]
  }
  if (url.pathname === '/device/v1/registry-auth') return [200, { registryAuth: plane.registryAuth }]
  if (url.pathname === '/device/v1/up') return up(plane, body)
  if (url.pathname === '/device/v1/desired') return desired(plane, url.searchParams)
  return [404, { code: 'not_found', title: 'No such route' }]
}

// Behind a proxy that ends TLS there is no certificate to see.
async function isKnown(plane: DevicePlane, { socket, headers }: IncomingMessage): Promise<boolean> {
  if ((socket as TLSSocket).authorized) return true
  const signed = headers.authorization?.slice('Bearer '.length) ?? ''
  const certificatePem = plane.certificates.get(claimedFingerprint(signed)) ?? ''
  const audience = `https://127.0.0.1:${plane.httpsPort}`
  return (await readDeviceToken(signed, { certificatePem, audience, now: new Date() })).deviceId === device
}

async function enroll(plane: DevicePlane, body: unknown): Promise<Answer> {
  plane.enrollments.push(body)
  const request = EnrollRequest.parse(body)
  if (request.token !== token) return [401, { code: 'token_invalid', title: 'The token is not valid' }]
  if (plane.pendingApprovals > 0) {
    plane.pendingApprovals -= 1
    return [202, { state: 'pending', retryAfterSec: 1 }]
  }
  const { alg: _alg, use: _use, ...key } = plane.signingKey.publicJwk
  const identity = { device, inc: 1, certificate: await certificateFor(plane, request.csr) }
  const addresses = {
    mqtt: { host: '127.0.0.1', port: plane.mqttPort },
    https: `https://127.0.0.1:${plane.httpsPort}`,
  }
  return [200, { state: 'issued', ...identity, ca: plane.authority.certificatePem, ...addresses, keys: [key] }]
}

async function certificateFor(plane: DevicePlane, csrPem: string): Promise<string> {
  const whom = { csrPem, deviceId: device, organizationId: 'test', incarnation: 1, now: new Date(), validDays: 2 }
  const { certificatePem } = await issueDeviceCertificate(plane.authority, whom)
  plane.certificates.set(fingerprintOf(certificatePem), certificatePem)
  return certificatePem
}

function up(plane: DevicePlane, body: unknown): Answer {
  const { messages } = UpBatch.parse(body)
  for (const { kind, envelope } of messages) plane.receive(kind, envelope)
  return [200, { acknowledged: messages.map(({ envelope }) => envelope.id), rejected: [], desiredGen: plane.gen }]
}

async function desired(plane: DevicePlane, query: URLSearchParams): Promise<Answer> {
  const isNews = (): boolean => plane.gen > 0 && query.get('hash') !== plane.hash
  if (!isNews() && plane.pendingControl.length === 0) await untilNews(plane, Number(query.get('wait')) * 1000)
  const ctl = plane.pendingControl.splice(0)
  return [200, { ctl, ...(isNews() && { desired: plane.signed }) }]
}

async function untilNews(plane: DevicePlane, waitMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      plane.polls.delete(done)
      resolve()
    }
    const timer = setTimeout(done, waitMs)
    plane.polls.add(done)
  })
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': status >= 400 ? 'application/problem+json' : 'application/json' })
  response.end(JSON.stringify(body))
}

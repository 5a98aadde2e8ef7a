import { request } from 'node:https'
import { createDeviceKey, createSigningRequest } from '@bootfleet/pki'
import { inParallel } from './in-parallel.ts'
import type { EnrollInput, Timed } from './protocol.ts'

/** Machines that enroll, each over a TLS connection of its own. Their keys and requests are made before the clock runs. */
export async function enrollMachines({ url, ca, token, count, concurrency }: EnrollInput): Promise<Timed> {
  const bodies: string[] = []
  for (let index = 0; index < count; index++) {
    const csr = await createSigningRequest(createDeviceKey())
    bodies.push(JSON.stringify({ token, csr, hardwareId: `enrolled-${index}`, architecture: 'amd64', agent: 'bench' }))
  }
  return inParallel(bodies, concurrency, (body) => post(`${url}/device/v1/enroll`, { ca, body }))
}

function post(url: string, { ca, body }: { ca: string; body: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(url, { method: 'POST', ca, headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`an enrollment was refused: ${text}`)),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

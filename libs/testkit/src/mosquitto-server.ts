import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueListenerCertificate, type Services } from '@bootfleet/operations'
import { createAuthority, createDeviceKey, createSigningRequest, issueDeviceCertificate } from '@bootfleet/pki'

const deployed = join(import.meta.dirname, '../../../deploy/mosquitto')

export interface Mosquitto {
  readonly devicePort: number
  /** For the gateway, with what it identifies itself by. */
  readonly address: {
    readonly url: string
    readonly tls: { readonly ca: string; readonly cert: string; readonly key: string }
  }
  /** Kills it, and starts it again as it was. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface MosquittoInput {
  readonly services: Services
  readonly ca: string
  readonly ports: { readonly device: number; readonly gateway: number }
}

/** Runs Mosquitto with the configuration that is deployed, on other ports and with certificates made for it. */
export async function startMosquitto({ services, ca, ports }: MosquittoInput): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'bootfleet-mosquitto-'))
  const now = new Date()
  const gatewayCa = await createAuthority({ commonName: 'gateway CA', now })
  const key = createDeviceKey()
  const csrPem = await createSigningRequest(key)
  const identity = { deviceId: 'bootfleet-gateway', organizationId: 'site', incarnation: 0, now }
  const { certificatePem } = await issueDeviceCertificate(gatewayCa, { csrPem, ...identity })
  const listener = await issueListenerCertificate(services, ['127.0.0.1', 'localhost'])
  const config = (await readFile(join(deployed, 'mosquitto.conf'), 'utf8'))
    .replaceAll('/etc/mosquitto/bootfleet', folder)
    .replace('listener 8883', `listener ${ports.device} 127.0.0.1`)
    .replace('listener 8884 127.0.0.1', `listener ${ports.gateway} 127.0.0.1`)
  const files = {
    'mosquitto.conf': `user root\n${config}`,
    'devices.acl': await readFile(join(deployed, 'devices.acl'), 'utf8'),
    'gateways.acl': await readFile(join(deployed, 'gateways.acl'), 'utf8'),
    'device-ca.pem': ca,
    'gateway-ca.pem': gatewayCa.certificatePem,
    'server.pem': listener.chainPem,
    'server.key': listener.privateKeyPem,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  let child = spawnMosquitto(folder)
  const end = async (signal: NodeJS.Signals) => {
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  const restart = async () => {
    await end('SIGKILL')
    child = spawnMosquitto(folder)
  }
  const stop = async () => {
    await end('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  }
  const url = `mqtts://127.0.0.1:${ports.gateway}`
  return { devicePort: ports.device, address: { url, tls: { ca, cert: certificatePem, key } }, restart, stop }
}

function spawnMosquitto(folder: string): ChildProcess {
  return spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' })
}

/** Whether something listens on a port of 127.0.0.1. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

import type { Options } from './options.ts'
import { row, spread, type Section } from './numbers.ts'
import type { Population } from './populate.ts'
import type { Site } from './site.ts'
import { readMemory, shares, watchUsage } from './watch-usage.ts'

const concurrency = 32

/** Machines that enroll over HTTPS. */
export async function measureEnroll(site: Site, { enrolled }: Options, { ca }: Population): Promise<Section> {
  const { token } = (await site.client.enrollmentTokens.create({ body: { name: 'bench', maxUses: enrolled } })).document
  const url = `https://127.0.0.1:${site.ports.device}`
  const input = { url, ca, token, count: enrolled, concurrency: 8 }
  const { result, spent } = await watchUsage(site, () => site.generator.call('enroll', input))
  return {
    title: `Enrolling: ${enrolled} machines with one token, 8 at a time`,
    rows: [
      row(enrolled / (result.elapsedMs / 1000), '1/s', 'machines that got a certificate'),
      row(spent.cpuMs.gateway / enrolled, 'ms', 'processor time of the gateway for each'),
      spread(result.each, [0.5, 0.9, 1], 'from TLS connect to the answer'),
    ],
    notes: [shares(spent), 'The shares include the making of keys before the clock of the rate runs.'],
  }
}

/** Devices that connect over MQTT and stay. */
export async function measureConnect(site: Site, { devices }: Options, population: Population): Promise<Section> {
  const { ca, key } = population
  const idle = await readMemory(site)
  const input = { port: site.ports.mqtt, ca, key, devices: population.devices, concurrency }
  const { result, spent } = await watchUsage(site, () => site.generator.call('connect', input))
  return {
    title: `Connecting: ${devices} devices, ${concurrency} at a time`,
    rows: [
      row(devices / (result.elapsedMs / 1000), '1/s', 'devices: TLS, CONNECT, SUBSCRIBE, hello stored'),
      row(spent.cpuMs.gateway / devices, 'ms', 'processor time of the gateway for each'),
      row(spent.cpuMs.postgres / devices, 'ms', 'processor time of PostgreSQL for each'),
      spread(result.each, [0.5, 0.9, 1], 'from TLS connect to the stored hello'),
    ],
    notes: [
      shares(spent),
      `Memory before: ${[...idle].map(([name, size]) => `${name} ${Math.round(size)}`).join(', ')} MiB.`,
      'Device rows and certificates were written directly, with one key for all.',
    ],
  }
}

export async function measureMemory(site: Site, { devices }: Options): Promise<Section> {
  const memory = await readMemory(site)
  const what = (name: string) => (name === 'postgres' ? 'own memory of its processes, without what they share' : 'RSS')
  return {
    title: `Memory with ${devices} connected devices`,
    rows: [...memory].map(([name, size]) => row(size, 'MiB', `${name}: ${what(name)}`)),
  }
}

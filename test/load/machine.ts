import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { query } from '@bootfleet/testkit'

/** What it is measured on, line by line; the load is that of before the run. */
export async function describeMachine(adminUrl: string, load: string): Promise<string[]> {
  const [row] = await query(
    adminUrl,
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
            current_setting('shared_buffers') AS buffers`,
  )
  return [
    `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${platform()} ${release()}`,
    `Node ${process.versions.node}; PostgreSQL ${String(row?.['version'])} (fsync ${String(row?.['fsync'])}, buffers ${String(row?.['buffers'])})`,
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC; load average before the run ${load}`,
    'Everything on this machine: database, api, gateway, worker, load generator.',
  ]
}

/** Load averages over 1, 5 and 15 minutes. */
export function readLoad(): string {
  return loadavg()
    .map((load) => load.toFixed(2))
    .join(' ')
}

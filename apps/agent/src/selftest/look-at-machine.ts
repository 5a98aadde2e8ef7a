import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { record } from '../bootc/untrusted.ts'
import { repositoryOf } from '../bootc/host-status.ts'
import type { HostStatus } from '../bootc/host-status.ts'
import type { AgentConfig } from '../config.ts'
import { checkDirectories } from '../health/check-directories.ts'
import { readGreenboot } from '../health/greenboot.ts'
import { findHooks } from '../hooks/hook.ts'
import { readUpdaters } from '../inventory/updaters.ts'
import { findExecutables } from '../machine/executables.ts'
import { failedUnits } from '../machine/systemd.ts'
import { findSignatureProblem } from '../registry/signature-policy.ts'
import { readOptional } from '../store/durable-file.ts'
import type { Finding } from './finding.ts'

const authFiles = ['run/ostree/auth.json', 'etc/ostree/auth.json', 'usr/lib/ostree/auth.json']

/** Logins by the names of their registries, never more of them; and whether signatures could be demanded. */
export async function lookAtRegistry({ root }: AgentConfig, host: HostStatus | undefined): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const name of authFiles) {
    const text = await readOptional(join(root, name)).catch(() => undefined)
    if (text === undefined) continue
    const detail = `/${name}: ${scopesOf(text)}`
    findings.push({ area: 'registry', level: 'fact', code: 'login', detail })
  }
  if (findings.length === 0) {
    findings.push({ area: 'registry', level: 'fact', code: 'no_login', detail: 'no logins to registries' })
  }
  const ref = host?.booted?.ref
  if (ref === undefined) return findings
  const problem = await findSignatureProblem(root, repositoryOf(ref))
  const signed = { area: 'registry', level: 'ok', code: 'signatures', detail: 'signatures can be checked' } as const
  const advice = `if a channel is to demand signatures: ${problem}`
  return [...findings, problem === undefined ? signed : { ...signed, level: 'fact', detail: advice }]
}

function scopesOf(text: string): string {
  try {
    return Object.keys(record(record(JSON.parse(text))?.['auths']) ?? {}).join(', ') || 'no logins in it'
  } catch {
    return 'is no JSON'
  }
}

/** The checks that there are. None is run: what a check does is not known. */
export async function lookAtHealth(config: AgentConfig): Promise<Finding[]> {
  const fact = (code: string, detail: string): Finding => ({ area: 'health', level: 'fact', code, detail })
  const { verdict } = await readGreenboot()
  const failed = await failedUnits()
  const units = failed?.length === 0 ? 'none' : failed?.join(', ')
  const required = await findExecutables(checkDirectories(config, 'required.d'))
  const wanted = await findExecutables(checkDirectories(config, 'wanted.d'))
  return [
    fact('greenboot', `greenboot: ${verdict}`),
    fact('required', `required checks: ${required.join(', ') || 'none'}`),
    fact('wanted', `wanted checks: ${wanted.join(', ') || 'none'}`),
    fact('failed_units', `failed units: ${units ?? 'systemd cannot be asked'}`),
  ]
}

/** Programs around a reboot, and what else would update this machine. */
export async function lookAtHooks(config: AgentConfig): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const kind of ['pre-reboot', 'in-service'] as const) {
    const hooks = await findHooks(config.root, kind)
    findings.push({ area: 'hooks', level: 'fact', code: kind, detail: `${kind}: ${hooks.join(', ') || 'none'}` })
  }
  for (const { name, state } of await readUpdaters(config.root, config.otherUpdaters)) {
    const does = config.otherUpdaters === 'keep' ? 'the agent leaves it' : `the agent will ${config.otherUpdaters} it`
    const isOn = state !== 'disabled' && state !== 'masked'
    const detail = `${name} is ${state}${isOn && name !== 'kured' ? `: ${does}` : ''}`
    findings.push({ area: 'hooks', level: isOn ? 'warning' : 'fact', code: 'other_updater', detail })
  }
  return findings
}

/** Where the agent keeps what it must not forget. */
export async function lookAtState({ stateDir, runDir }: AgentConfig): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [path, what] of [[stateDir, 'outlives reboots'] as const, [runDir, 'outlives the agent'] as const]) {
    const found = await stat(path).catch(() => undefined)
    const open = found !== undefined && (found.mode & 0o077) !== 0
    const state = found === undefined ? 'not there yet, is made at the start' : open ? 'others can look in' : 'there'
    findings.push({ area: 'state', level: 'fact', code: 'directory', detail: `${path} (${what}): ${state}` })
  }
  return findings
}

import type { AgentConfig } from '../config.ts'
import { openHost } from '../host/open-host.ts'
import { sendLogTo } from '../log.ts'
import type { LogFields } from '../log.ts'
import { agentVersion } from '../version.ts'
import type { Finding, SelftestReport } from './finding.ts'
import { lookAtBootc } from './look-at-bootc.ts'
import { lookAtHealth, lookAtHooks, lookAtRegistry, lookAtState } from './look-at-machine.ts'
import { lookAtKept } from './look-at-kept.ts'
import { lookAtPlan } from './look-at-plan.ts'
import { renderReport } from './render-report.ts'

const usage = 'usage: bootfleet-agent selftest --read-only [--json]\n'
const exitCodes: Record<SelftestReport['verdict'], number> = { ready: 0, blocked: 1, not_enrolled: 3 }

const toldBy: Record<string, (fields: LogFields) => Omit<Finding, 'code'>> = {
  enroll_document_invalid: ({ where, remedy }) => ({
    area: 'enrollment',
    level: 'warning',
    detail: `${where} is invalid: ${remedy}`,
  }),
  identity_unusable: ({ detail, remedy }) => ({
    area: 'enrollment',
    level: 'blocked',
    detail: `${detail}: ${remedy}`,
  }),
  state_unreadable: ({ detail }) => ({ area: 'state', level: 'warning', detail: `${detail}` }),
  desired_lost: ({ detail }) => ({
    area: 'state',
    level: 'warning',
    detail: `desired.json is not understood: ${detail}`,
  }),
  epoch_lost: ({ remedy }) => ({ area: 'state', level: 'warning', detail: `epoch is damaged: ${remedy}` }),
}

/** What a command wrote and how it ended. */
export interface SelftestResult {
  code: number
  stdout: string
  stderr: string
}

/** The command `selftest`: looks at this machine and changes nothing. Exit codes are those of docs/agent.md. */
export async function runSelftest(args: readonly string[], readSettings: () => AgentConfig): Promise<SelftestResult> {
  const isKnown = args.every((argument) => argument === '--read-only' || argument === '--json')
  // There is no other kind yet; whoever types it knows that nothing will be changed.
  if (!isKnown || !args.includes('--read-only')) return { code: 2, stdout: '', stderr: usage }
  const report = await examine(readSettings())
  const stdout = args.includes('--json') ? `${JSON.stringify(report, null, 1)}\n` : renderReport(report)
  return { code: exitCodes[report.verdict], stdout, stderr: '' }
}

async function examine(config: AgentConfig): Promise<SelftestReport> {
  const findings: Finding[] = []
  // What the parts of the agent would log is part of the answer.
  sendLogTo((event, fields) => {
    const told = toldBy[event]?.(fields)
    if (told !== undefined) findings.push({ code: event, ...told })
  })
  const driver = await openHost(config)
  const { host, findings: aboutBootc } = await lookAtBootc(driver)
  findings.push(...aboutBootc)
  findings.push(...(await lookAtRegistry(config, host)))
  findings.push(...(await lookAtHealth(config)), ...(await lookAtHooks(config)), ...(await lookAtState(config)))
  findings.push(...(await lookAtKept(config)))
  findings.push(...(await lookAtPlan(config, { driver, host })))
  return { v: 1, agent: agentVersion, verdict: verdictOf(findings), findings }
}

function verdictOf(findings: readonly Finding[]): SelftestReport['verdict'] {
  if (findings.some(({ level }) => level === 'blocked')) return 'blocked'
  const isKnown = findings.some(({ code }) => code === 'enrolled' || code === 'document')
  return isKnown ? 'ready' : 'not_enrolled'
}

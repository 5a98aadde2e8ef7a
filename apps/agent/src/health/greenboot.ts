import { runCommand } from '../machine/run-command.ts'
import { unitProperties } from '../machine/systemd.ts'
import { plainText } from '../plain-text.ts'
import { failedCheck } from './check.ts'
import type { FailedCheck, GreenbootVerdict } from './check.ts'

const healthcheck = 'greenboot-healthcheck.service'
const quick = { timeoutMs: 20_000 }
/** What failed, and what greenboot made of it, in the words of its first (shell) and second (Rust) generation. */
const telling = /required script error|script .* failed|Script '.*' FAILURE|Greenboot error|cannot find any required/i
const final = /manual intervention required/i

export interface GreenbootResult {
  verdict: GreenbootVerdict
  failed: FailedCheck[]
}

/** What systemd and the journal say about greenboot's unit in this boot. */
export interface GreenbootEvidence {
  loadState: string
  unitFileState: string
  activeState: string
  /** Its lines in the journal of this boot. */
  journal: string
}

/**
 * The result of greenboot in this boot. Both generations run their required checks in one unit that stays active when they
 * passed and fails when they did not; then they reboot, or go back, on their own.
 */
export async function readGreenboot(): Promise<GreenbootResult> {
  const names = ['LoadState', 'UnitFileState', 'ActiveState'] as const
  const properties = await unitProperties(healthcheck, names)
  const evidence = {
    loadState: properties.get('LoadState') ?? 'not-found',
    unitFileState: properties.get('UnitFileState') ?? '',
    activeState: properties.get('ActiveState') ?? 'inactive',
    journal: '',
  }
  if (!isPresent(evidence) || evidence.activeState !== 'failed') return judgeGreenboot(evidence)
  const args = ['-b', '-u', healthcheck, '-o', 'cat', '-n', '200', '--no-pager']
  const { stdout } = await runCommand('journalctl', args, quick)
  return judgeGreenboot({ ...evidence, journal: stdout })
}

/** The same as data. */
export function judgeGreenboot(evidence: GreenbootEvidence): GreenbootResult {
  const { activeState, journal } = evidence
  if (!isPresent(evidence)) return { verdict: 'absent', failed: [] }
  if (activeState === 'active') return { verdict: 'passed', failed: [] }
  if (activeState !== 'failed') {
    return { verdict: 'checking', failed: [failedCheck('greenboot', 'has not finished its checks')] }
  }
  const verdict = final.test(journal) ? 'gave_up' : 'handling'
  return { verdict, failed: [failedCheck('greenboot', explain(journal))] }
}

function isPresent({ loadState, unitFileState }: GreenbootEvidence): boolean {
  return loadState === 'loaded' && unitFileState !== 'disabled' && unitFileState !== 'masked'
}

/** From the first line that names a failure on: what the check itself printed follows it. */
function explain(journal: string): string {
  const lines = plainText(journal).split('\n')
  const first = lines.findIndex((line) => telling.test(line))
  const said = (first === -1 ? lines : lines.slice(first)).join('\n').trim()
  return said === '' ? 'its required checks failed; the journal of its unit is empty' : said.slice(0, 1000)
}

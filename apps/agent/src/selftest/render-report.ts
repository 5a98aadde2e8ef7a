import { areas } from './finding.ts'
import type { Area, Level, SelftestReport } from './finding.ts'

const width = 80
const titles: Record<Area, string> = {
  bootc: 'bootc',
  host: 'This machine',
  blockers: 'What keeps it from being updated',
  registry: 'Registries and signatures',
  health: 'Health checks (found, not run)',
  hooks: 'Hooks and other updaters (found, not run)',
  state: 'Where state is kept',
  enrollment: 'Enrollment',
  next: 'What the agent would do',
}
const marks: Record<Level, string> = { ok: 'ok', fact: '-', warning: '!', blocked: 'NO' }
const verdicts: Record<SelftestReport['verdict'], string> = {
  ready: 'Ready: the agent can update this machine.',
  not_enrolled: 'Not enrolled: the agent can update this machine once it has an enrollment document.',
  blocked: 'Blocked: the agent cannot update this machine; lines with NO say why.',
}

/** The report for a terminal of 80 columns. */
export function renderReport({ agent, verdict, findings }: SelftestReport): string {
  const sections = areas.flatMap((area) => {
    const lines = findings
      .filter((finding) => finding.area === area)
      .flatMap(({ level, detail }) => {
        const [first = '', ...rest] = wrap(detail, width - 5)
        return [`  ${marks[level].padEnd(2)} ${first}`, ...rest.map((line) => `     ${line}`)]
      })
    return lines.length === 0 ? [] : ['', titles[area], ...lines]
  })
  const head = `bootfleet-agent ${agent}: a look at this machine; nothing is changed.`
  return [head, ...sections, '', ...wrap(verdicts[verdict], width), ''].join('\n')
}

/** Breaks at spaces, and inside a word only when it has no room on a line of its own. */
function wrap(text: string, columns: number): string[] {
  const lines = ['']
  // oxlint-disable-next-line no-control-regex -- these characters are what must not reach the terminal
  for (const word of text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ').split(/ +/)) {
    const line = lines.at(-1) ?? ''
    const joined = line === '' ? word : `${line} ${word}`
    if (joined.length <= columns) lines[lines.length - 1] = joined
    else lines.push(...pieces(word, columns))
  }
  return lines.filter((line) => line !== '')
}

function pieces(word: string, columns: number): string[] {
  return Array.from({ length: Math.ceil(word.length / columns) }, (_, at) =>
    word.slice(at * columns, (at + 1) * columns),
  )
}

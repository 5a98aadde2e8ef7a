import type { Section } from './numbers.ts'
import type { Options } from './options.ts'
import { printed } from './print.ts'

export interface Results {
  readonly sections: readonly Section[]
  readonly machine: readonly string[]
  readonly options: Options
}

/** The page docs/benchmarks.md. */
export function asMarkdown({ sections, machine, options }: Results): string {
  return `# Benchmarks

Numbers of one run, on one machine that did everything. They compare things within the run; on another machine, or with
other work beside them, they are others. Written by \`${options.command}\`; the bench is \`test/load/\`.

${machine.map((line) => `- ${line}`).join('\n')}

\`\`\`text
${printed(sections)}
\`\`\`
`
}

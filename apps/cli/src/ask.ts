import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Cli } from './cli.ts'
import { CliError } from './failure.ts'

/** Asks on the terminal. `hidden` shows nothing of what is typed. Throws `interrupted` on Ctrl-C. */
export async function ask({ streams }: Cli, question: string, { hidden = false } = {}): Promise<string> {
  const { stdin, stderr } = streams
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: hidden ? nowhere : stderr, terminal: true })
  // Only now: before it the terminal itself would show what is typed.
  stderr.write(question)
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('SIGINT', () => reject(new CliError('interrupted', 'Interrupted.')))
      lines.once('close', () => reject(new CliError('usage', 'Nothing was entered.')))
    })
  } finally {
    lines.close()
    if (hidden) stderr.write('\n')
  }
}

const maxBytes = 64 * 1024

/** The first line of stdin, for secrets that a pipe brings. Throws a usage error when it is empty. */
export async function readFirstLine({ streams }: Cli, what: string): Promise<string> {
  let text = ''
  for await (const chunk of streams.stdin) {
    text += String(chunk)
    if (text.includes('\n') || text.length > maxBytes) break
  }
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  if (line !== '') return line
  throw new CliError('usage', `No ${what} came on stdin.`)
}

import { CommanderError } from 'commander'
import type { Cli, CliInput } from './cli.ts'
import { createProgram } from './program.ts'
import { exitCodes } from './exit-codes.ts'
import { toFailure, type Failure } from './failure.ts'
import { plain } from './output/text.ts'

/** Carries out one command line. Returns the exit code; errors are told on stderr and never thrown. */
export async function runCli(args: readonly string[], input: CliInput): Promise<number> {
  const cli: Cli = { ...input, url: undefined, exitCode: exitCodes.ok.code }
  const { stdout, stderr } = input.streams
  // A reader that has seen enough (head, less) closes the pipe; that is no error of this program.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  const json = args.includes('--json')
  try {
    await createProgram(cli).parseAsync(args, { from: 'user' })
    return cli.exitCode
  } catch (error) {
    const failure = error instanceof CommanderError ? ofCommander(error) : toFailure(error, cli.url)
    if (failure === undefined) return exitCodes.ok.code
    stderr.write(json ? inJson(failure) : inText(failure))
    return failure.exitCode
  }
}

// Help and version come as errors with exit code 0, after they were written.
function ofCommander(error: CommanderError): Failure | undefined {
  if (error.exitCode === 0) return undefined
  const said = error.message.replace(/^error: /, '')
  const message =
    error.code === 'commander.help'
      ? 'Say what to do.'
      : `${said.replace(/\.?$/, '.')} Add --help to see what it takes.`
  return { exitCode: exitCodes.usage.code, code: 'usage', message, fields: [] }
}

function inJson({ exitCode, code, message, fields, requestId }: Failure): string {
  return `${JSON.stringify({ error: { exitCode, code, message, requestId, fields } })}\n`
}

function inText({ message, fields, requestId }: Failure): string {
  const lines = [
    message.split('\n').map(plain).join('\n'),
    ...fields.map(({ field, message: text }) => plain(`  ${field}: ${text}`)),
    ...(requestId === undefined ? [] : [`Request: ${plain(requestId)}`]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

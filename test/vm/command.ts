import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a program of the host with low priority, and throws the end of what it said when it fails. */
export async function command(file: string, ...args: string[]): Promise<void> {
  const child = spawn('nice', ['-n', '10', file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const keep = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`${file} ${args[0] ?? ''} failed with code ${child.exitCode}:\n${said}`)
}

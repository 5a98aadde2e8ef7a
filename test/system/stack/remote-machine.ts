import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Stand-ins for what reaches a machine: they do in its folder what the real ones do on it. */
const programs = {
  scp: 'cp "$1" "$ROOT/${2#*:}"',
  ssh: 'shift; exec sh -c "$(printf %s "$*" | sed "s# /# $ROOT/#g")"',
  // `install` has been told a path of this machine where it is to read what comes to it.
  install: 'exec /usr/bin/install "$1" "$2" "$3" /dev/stdin "$5"',
  systemctl: 'echo "systemctl $*" >> "$ROOT/systemctl.log"',
}

/** Runs shell commands as they are printed for a person, with `root` as the machine that they name DEVICE. */
export async function runAsPrinted(commands: string, { root, cwd }: { root: string; cwd: string }): Promise<void> {
  const bin = join(root, 'stand-ins')
  for (const folder of [bin, join(root, 'usr'), join(root, 'tmp')]) await mkdir(folder, { recursive: true })
  for (const [name, line] of Object.entries(programs))
    await writeFile(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  const child = spawn('sh', ['-euc', commands], {
    cwd,
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, ROOT: root },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`code ${child.exitCode} of:\n${commands}\n${complaints}`)
}

/** The words of `ExecStart` in a unit file, with paths of the machine under `root`. */
export async function execStart(unit: string, root: string): Promise<string[]> {
  const line = /^ExecStart=(.+)$/m.exec(await readFile(unit, 'utf8'))?.[1] ?? ''
  return line.split(' ').map((word) => (word.startsWith('/usr/lib/') ? join(root, word) : word))
}

import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { runCommand } from './run-command.ts'

const run = (script: string) => runCommand('sh', ['-c', script], { timeoutMs: 4000 })

/** A killed process that nobody waited for is gone as well. */
async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat === undefined || /\) Z /.test(stat)
}

describe('a program that ended', () => {
  it.each([
    ['and left a process behind that holds its output', ''],
    ['and left a process behind that holds nothing', '> /dev/null 2>&1'],
  ])('%s has ended with its own exit code and all that it said, and that process ends too', async (_, output) => {
    const { code, timedOut, stdout, stderr } = await run(
      `trap '' TERM; sleep 600 ${output} & echo $!; echo a word >&2; exit 3`,
    )
    expect({ code, timedOut, stderr }).toEqual({ code: 3, timedOut: false, stderr: 'a word\n' })
    const leftBehind = Number(stdout)
    expect(leftBehind).toBeGreaterThan(0)
    await expect.poll(() => isGone(leftBehind), { timeout: 20_000 }).toBe(true)
  })

  it('and left one behind in a session of its own is not waited for', async () => {
    const { code, timedOut, stdout } = await run('setsid sleep 600 & echo $!; exit 0')
    const [leftBehind = ''] = stdout.split('\n')
    process.kill(Number(leftBehind), 'SIGKILL')
    expect({ code, timedOut }).toEqual({ code: 0, timedOut: false })
  })

  it('has said all that it said, however much is still on its way', async () => {
    const { stdout } = await run('head -c 200000 /dev/zero | tr "\\0" x; echo the end & exit 0')
    expect(stdout).toBe(`${'x'.repeat(200_000)}the end\n`)
  })
})

import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { readSettings } from './config/config.ts'
import { runCli } from './run-cli.ts'

async function told(...args: string[]): Promise<{ code: number; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  stdout.resume()
  const streams = { stdin: process.stdin, stdout, stderr } as unknown as Parameters<typeof runCli>[1]['streams']
  const interrupted = () => new AbortController().signal
  const code = await runCli(args, { settings: readSettings({}), streams, interrupted })
  stderr.end()
  return { code, stderr: await text(stderr) }
}

it.each(['rollouts', 'devices', 'groups', 'releases'])(
  '%s names its commands where one is asked for that it has not',
  async (group) => {
    const { code, stderr } = await told(group, 'bogus')
    expect(code).toBe(2)
    expect(stderr).toMatch(/unknown command 'bogus'/)
  },
)

it('lists the known ones in place of taking the word for an argument of the default', async () => {
  const { stderr } = await told('rollouts', 'bogus', '--json')
  expect(stderr).toContain("unknown command 'bogus': rollouts knows create, preview, list, show, ")
  expect((await told('rollouts', 'list', 'bogus')).stderr).toContain("too many arguments for 'list'")
})

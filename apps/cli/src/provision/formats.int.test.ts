import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireServer } from '@bootfleet/testkit'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { provision } from './formats.ts'

const document = { url: 'https://fleet.test:8443', token: 't'.repeat(43), caSha256: 'f'.repeat(64) }
const recipe = { document, image: 'registry.test/os/edge:1.4', group: 'kiosks' }

function check(program: string, args: string[], input: string) {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

describe.skipIf(requireServer(['ignition-validate']).missing)('ignition-validate', () => {
  test('accepts what is written for Ignition, and would refuse what is not', () => {
    expect(check('ignition-validate', ['-'], provision('ignition', recipe))).toMatchObject({ status: 0 })
    const broken = provision('ignition', recipe).replace('/var/lib', 'var/lib')
    expect(check('ignition-validate', ['-'], broken).status).not.toBe(0)
  })

  test('accepts what Butane makes of the other', () => {
    const Butane = z.strictObject({
      variant: z.literal('fcos'),
      version: z.literal('1.4.0'),
      storage: z.strictObject({
        directories: z.array(z.strictObject({ path: z.string(), mode: z.number() })),
        files: z.array(
          z.strictObject({
            path: z.string(),
            mode: z.number(),
            overwrite: z.boolean(),
            contents: z.strictObject({ inline: z.string() }),
          }),
        ),
      }),
      systemd: z.strictObject({ units: z.array(z.strictObject({ name: z.string(), enabled: z.boolean() })) }),
    })
    // Butane reads YAML 1.1, where 0600 is octal.
    const { storage, systemd } = Butane.parse(parse(provision('butane', recipe), { version: '1.1' }))
    expect(storage.files[0]?.mode).toBe(0o600)
    const files = storage.files.map(({ contents, ...file }) => ({
      ...file,
      contents: { source: `data:,${encodeURIComponent(contents.inline)}` },
    }))
    const config = { ignition: { version: '3.3.0' }, storage: { ...storage, files }, systemd }
    expect(check('ignition-validate', ['-'], JSON.stringify(config))).toMatchObject({ status: 0 })
  })
})

describe.skipIf(requireServer(['cloud-init']).missing)('cloud-init schema', () => {
  test('accepts the user data, and would refuse other keys', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bootfleet-cloud-'))
    const file = join(folder, 'user-data')
    const ask = async (text: string) => {
      await writeFile(file, text)
      return check('cloud-init', ['schema', '--config-file', file], '')
    }
    const text = provision('cloud-init', recipe)
    expect(await ask(text)).toMatchObject({ status: 0, said: expect.stringContaining('Valid') as string })
    const refused = await ask(text.replace('permissions:', 'mode:'))
    expect(refused).toMatchObject({ status: 1, said: expect.stringContaining('mode') as string })
    await rm(folder, { recursive: true })
  })
})

test('a shell can read what is written for an existing root, and a kickstart’s section', () => {
  expect(check('sh', ['-n'], provision('to-existing-root', recipe))).toEqual({ status: 0, said: '' })
  for (const format of ['kickstart-bootc', 'kickstart-ostreecontainer'] as const) {
    const script = /^%post.*\n([\s\S]*)^%end$/m.exec(provision(format, recipe))?.[1] ?? ''
    expect(script).toContain('enroll.json')
    expect(check('sh', ['-n'], script)).toEqual({ status: 0, said: '' })
  }
})

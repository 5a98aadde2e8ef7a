import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { command } from './command.ts'
import { folder, repository } from './paths.ts'

const guest = join(repository, 'test/vm/guest')
const agent = join(repository, 'apps/agent/dist/bootfleet-agent.tar.gz')
const wants = 'usr/etc/systemd/system/multi-user.target.wants'
const enabled = ['bootfleet-agent', 'systemd-networkd']

/** Images that the machine is updated to, in turn; `v3` has the version 3.0. */
export type ImageName = 'v2' | 'v3' | 'v4' | 'v5'

/** Why the machine is unhealthy with 4.0. */
export const brokenCheck = 'the pump does not turn'

/** What each image has on top of the first one: path to text. What begins with #! is executable. */
const images: Record<ImageName, Record<string, string>> = {
  v2: { 'usr/share/image-version': '2.0\n' },
  v3: { 'usr/share/image-version': '3.0\n' },
  v4: {
    'usr/share/image-version': '4.0\n',
    'usr/lib/bootfleet/checks/required.d/pump': `#!/bin/sh\necho '${brokenCheck}'\nexit 1\n`,
  },
  v5: { 'usr/share/image-version': '5.0\n' },
}

/** The reference of the image that the machine is installed with. No registry has it. */
export const installed = { repository: 'registry.test/os/edge', digest: digestOf('the first image') }

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

/** Writes the folders of files that images are made of, the real agent and its unit in the first one. */
export async function makeImages(): Promise<void> {
  const target = join(folder, 'images')
  await rm(target, { recursive: true, force: true })
  const base = join(target, 'base')
  await cp(join(guest, 'base'), base, { recursive: true })
  await command('tar', '-xzf', agent, '-C', join(base, 'usr'))
  await mkdir(join(base, wants), { recursive: true })
  for (const unit of enabled)
    await symlink(`/usr/lib/systemd/system/${unit}.service`, join(base, wants, `${unit}.service`))
  await installBootc(base)
  for (const [name, files] of Object.entries(images))
    for (const [path, text] of Object.entries(files)) await write(join(target, name, path), text)
  const { repository: name, digest } = installed
  const origin = `image=${name}@${digest}\ndigest=${digest}\nversion=1.0\n`
  await writeFile(join(folder, 'origin'), `[origin]\nrefspec=v1\n\n[bootfleet-vm]\n${origin}`)
}

async function installBootc(base: string): Promise<void> {
  const lib = join(base, 'usr/lib/bootc-by-ostree')
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2023,
    rewriteRelativeImportExtensions: true,
  }
  for (const fileName of await readdir(join(guest, 'bootc'))) {
    const source = await readFile(join(guest, 'bootc', fileName), 'utf8')
    const { outputText } = ts.transpileModule(source, { compilerOptions, fileName })
    await write(join(lib, fileName.replace('.ts', '.js')), outputText)
  }
  await write(join(lib, 'package.json'), '{ "type": "module" }\n')
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  if (text.startsWith('#!')) await chmod(path, 0o755)
}

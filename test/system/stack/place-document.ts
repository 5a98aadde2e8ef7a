import { spawnSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'

interface PlacedFile {
  readonly path: string
  readonly mode: number
  readonly content: string
}

/** Does with what `bootfleet provision` printed what its reader does at an installation: below `root`. */
export const place = {
  'cloud-init': async (text: string, root: string): Promise<void> => {
    const config = parse(text) as { write_files: { path: string; permissions: string; content: string }[] }
    for (const { path, permissions, content } of config.write_files)
      await put(root, { path, mode: Number.parseInt(permissions, 8), content })
  },
  ignition: async (text: string, root: string): Promise<void> => {
    const { storage } = JSON.parse(text) as {
      storage: { files: { path: string; mode: number; contents: { source: string } }[] }
    }
    for (const { path, mode, contents } of storage.files)
      await put(root, { path, mode, content: await (await fetch(contents.source)).text() })
  },
  containerfile: async (text: string, root: string): Promise<void> => {
    const copy = /^COPY --chmod=(\d+) <<'(\w+)' (\S+)\n([^]*?)^\2$/m.exec(text)
    if (!copy) throw new Error(`there is no COPY in:\n${text}`)
    const [, mode = '', , path = '', content = ''] = copy
    await put(root, { path, mode: Number.parseInt(mode, 8), content })
  },
  'kickstart-bootc': (text: string, root: string): Promise<void> =>
    runScript(/^%post.*\n([^]*)^%end$/m.exec(text)?.[1] ?? 'exit 1', root),
  'to-existing-root': runScript,
}

async function put(root: string, { path, mode, content }: PlacedFile): Promise<void> {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content, { mode })
  await chmod(file, mode)
}

/** With the places that it writes to moved below `root`, and programs that only note how they were called. */
async function runScript(script: string, root: string): Promise<void> {
  const bin = join(root, 'stand-ins')
  await mkdir(bin, { recursive: true })
  await mkdir(join(root, 'ostree/deploy/default/var/lib'), { recursive: true })
  for (const program of ['podman', 'systemctl', 'bootc', 'id'])
    await writeFile(join(bin, program), `#!/bin/sh\necho "${program} $*" >> "${root}/calls"\necho 0\n`, { mode: 0o755 })
  const moved = script.replaceAll(/ (\/(?:var\/lib\/bootfleet|ostree\/deploy)[/\w.-]*)/g, ` ${root}$1`)
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` }
  const { status, stderr } = spawnSync('sh', ['-c', moved], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`code ${status} of:\n${moved}\n${stderr}`)
}

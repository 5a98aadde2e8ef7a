import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { run } from './run.ts'

const repo = '--repo=/ostree/repo'

/** What an image is to this machine, kept in the origin of each deployment that is made of it. */
export interface Image {
  /** As it was asked for, with its digest. */
  readonly image: string
  readonly digest: string
  readonly version: string
}

interface Manifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string }[]
}

/** The ref that keeps the commit of an image. */
export function refOf(digest: string): string {
  return `bootfleet/image/${digest.slice('sha256:'.length)}`
}

/** Brings the image into the repository, unless it is there, and returns its version. */
export async function ensureImage(image: string, digest: string): Promise<string> {
  const known = run('ostree', 'refs', repo, '--list', refOf(digest)).trim() !== ''
  if (!known) await pull(image, digest)
  const version = run('ostree', 'show', repo, '--print-metadata-key=version', refOf(digest))
  return version.trim().replaceAll("'", '')
}

/** The layer is a delta from the system that was installed; its commit is a label. */
async function pull(image: string, digest: string): Promise<void> {
  const [, host = '', repository = ''] = /^([^/]+)\/([^@]+?)(?::[^:/@]+)?@/.exec(image) ?? []
  // What is local to the host of this machine.
  const base = `http://${host.replace('127.0.0.1', '10.0.2.2')}/v2/${repository}`
  const manifest: Manifest = JSON.parse((await download(`${base}/manifests`, digest)).toString())
  const config = JSON.parse((await download(`${base}/blobs`, manifest.config.digest)).toString())
  const commit: string = config.config.Labels['dev.bootfleet.vm.commit']
  const [layer] = manifest.layers
  if (layer === undefined) throw new Error(`Pulling: ${image} has no layer`)
  const content = gunzipSync(await download(`${base}/blobs`, layer.digest)).toString()
  applyDelta(Buffer.from(content.split('\n')[1] ?? '', 'base64'))
  run('ostree', 'refs', repo, '--create', refOf(digest), commit)
}

function applyDelta(delta: Buffer): void {
  const folder = mkdtempSync('/var/tmp/bootc-')
  try {
    const file = join(folder, 'delta')
    writeFileSync(file, delta)
    run('ostree', 'static-delta', 'apply-offline', repo, file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function download(collection: string, digest: string): Promise<Buffer> {
  const accept = 'application/vnd.oci.image.manifest.v1+json, */*'
  const response = await fetch(`${collection}/${digest}`, { headers: { accept } })
  if (!response.ok) throw new Error(`Pulling: ${response.status === 404 ? 'manifest unknown' : response.status}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  if (found !== digest) throw new Error(`Pulling: ${digest} came as ${found}`)
  return bytes
}

import { buildImage, type BuildImageOptions, type BuiltImage } from './build-image.ts'

export type PushTarget = {
  /** `host:port` of a registry that speaks plain http. */
  readonly host: string
  readonly repository: string
  readonly tag: string
  readonly credentials?: { readonly username: string; readonly password: string }
}

export type PushedImage = BuiltImage & {
  /** `host:port/repository:tag` */
  readonly reference: string
}

/** Builds an image (or takes a built one) and pushes it under a tag by the distribution API. */
export async function pushImage(target: PushTarget, image: BuildImageOptions | BuiltImage = {}): Promise<PushedImage> {
  const built = 'blobs' in image ? image : buildImage(image)
  for (const [digest, bytes] of built.blobs) await pushBlob(target, digest, bytes)
  for (const { digest, mediaType, bytes } of built.documents) {
    await pushManifest(target, digest, { mediaType, bytes })
    if (digest === built.top.digest) await pushManifest(target, target.tag, { mediaType, bytes })
  }
  return { ...built, reference: `${target.host}/${target.repository}:${target.tag}` }
}

async function pushBlob(target: PushTarget, digest: string, bytes: Buffer): Promise<void> {
  const found = await call(target, `blobs/${digest}`, { method: 'HEAD' })
  if (found.status === 200) return
  const started = await call(target, 'blobs/uploads/', { method: 'POST' })
  const location = new URL(started.headers.get('location') ?? '', started.url)
  location.searchParams.set('digest', digest)
  const headers = { 'content-type': 'application/octet-stream' }
  const stored = await call(target, location, { method: 'PUT', headers, body: new Uint8Array(bytes) })
  if (stored.status !== 201) throw new Error(`push of ${digest} failed: ${stored.status} ${await stored.text()}`)
}

async function pushManifest(
  target: PushTarget,
  tagOrDigest: string,
  manifest: { mediaType: string; bytes: Buffer },
): Promise<void> {
  const headers = { 'content-type': manifest.mediaType }
  const body = new Uint8Array(manifest.bytes)
  const stored = await call(target, `manifests/${tagOrDigest}`, { method: 'PUT', headers, body })
  if (stored.status !== 201) throw new Error(`push of ${tagOrDigest} failed: ${stored.status} ${await stored.text()}`)
}

function call(target: PushTarget, path: string | URL, init: RequestInit): Promise<Response> {
  const { username, password } = target.credentials ?? {}
  const headers = new Headers(init.headers)
  if (username !== undefined) headers.set('authorization', `Basic ${btoa(`${username}:${password}`)}`)
  const url = typeof path === 'string' ? `http://${target.host}/v2/${target.repository}/${path}` : path
  return fetch(url, { ...init, headers })
}

import type { Client } from '@bootfleet/sdk'
import { images, repository } from './images.ts'
import { serveImages, type ImageServer } from './serve-images.ts'

/**
 * Serves the images on their port. Where another program has that by now and everything is published, nobody needs
 * them: simulated devices pull nothing. Throws when they are needed.
 */
export async function serveUnlessPublished(
  client: Client,
  { port, say }: { port: number; say: (line: string) => void },
): Promise<ImageServer> {
  try {
    return await serveImages(images, { repository, port })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    const busy = `Port ${port}, where the images of the demo are, is in use by another program.`
    const { state, releases } = await client.demo.get()
    const isNeeded = state === 'wanted' || (state === 'active' && releases.length < images.length)
    if (isNeeded) throw new Error(`${busy} Stop that, or remove the demo: bootfleet demo remove`, { cause: error })
    say(`${busy} The demo goes on without them: all are published.`)
    return { registry: `127.0.0.1:${port}`, [Symbol.asyncDispose]: () => Promise.resolve() }
  }
}

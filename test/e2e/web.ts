import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort } from '@bootfleet/testkit'
import { ServerProcess } from '../system/stack/server-process.ts'

/** The dashboard as it is deployed: its production build behind its own server. */
export class Web implements AsyncDisposable {
  readonly url: string
  readonly #process: ServerProcess

  private constructor(url: string, process: ServerProcess) {
    this.url = url
    this.#process = process
  }

  static async start(apiUrl: string): Promise<Web> {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const env = { NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), BOOTFLEET_API_URL: apiUrl }
    const main = fileURLToPath(new URL('../../apps/web/server.mjs', import.meta.url))
    const web = new Web(url, new ServerProcess({ name: 'web', main, env, readyUrl: `${url}/readyz` }))
    await web.#process.start()
    return web
  }

  output(): string {
    return this.#process.output()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop()
  }
}

/** The installed Chromium: from `CHROMIUM`, or by its usual names on the PATH. */
export function chromiumPath(): string {
  const named = process.env['CHROMIUM']
  if (named !== undefined) return named
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const found = spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()
    if (found !== '') return found
  }
  throw new Error('There is no Chromium: install it or set CHROMIUM to its path.')
}

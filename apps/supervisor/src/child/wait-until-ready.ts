import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { StartError } from '../start-error.ts'
import type { Child } from './child.ts'

/** When to give up: it is slower on a small machine than it should be, and nobody waits for ever. */
const patienceMs = 120_000
const restartsTolerated = 2

/** Waits until `url` answers 200. Throws StartError with the child's last lines when it keeps dying or takes too long. */
export async function waitUntilReady(child: Child, url: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + patienceMs
  let last = 'no answer'
  while (!signal.aborted) {
    last = await status(url)
    if (last === '200') return
    if (child.restarts > restartsTolerated) throw notReady(child, 'keeps ending')
    if (performance.now() > deadline) throw notReady(child, `is not ready after ${patienceMs / 1000} s (${last})`)
    await delay(50, undefined, { signal }).catch(() => {})
  }
}

function notReady(child: Child, how: string): StartError {
  const tail = child.tail.map((line) => `    ${line}`).join('\n')
  return new StartError(`${child.name} ${how}. Its whole log is ${child.logPath}; it ends with\n${tail}`)
}

function status(url: string): Promise<string> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 5_000, agent: false }, (response) => {
      response.resume()
      resolve(String(response.statusCode))
    })
    request.once('timeout', () => request.destroy(new Error('timed out')))
    request.once('error', (error) => resolve(error.message))
  })
}

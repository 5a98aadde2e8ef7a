import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort } from './free-port.ts'
import { waitFor } from './wait-for.ts'

export interface RedisServer extends AsyncDisposable {
  /** `redis://127.0.0.1:port` */
  readonly url: string
  /** Sends one inline command, `FLUSHALL` say, and returns the first line of the answer. */
  command(text: string): Promise<string>
  /** Freezes the process: connections stay open and nothing answers. */
  freeze(): void
  /** Ends a freeze. */
  resume(): void
  /** Kills the process; what was in memory is lost. */
  stop(): Promise<void>
}

/** Starts Debian's redis-server on a free port of the loopback interface (or on `port`), in memory only. */
export async function startRedis({ port }: { port?: number } = {}): Promise<RedisServer> {
  const listenOn = port ?? (await freePort())
  const settings = ['--bind', '127.0.0.1', '--port', `${listenOn}`, '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', [...settings, '--dir', '/tmp'], { stdio: 'ignore' })
  const failed = once(child, 'error').then(([error]) =>
    Promise.reject(new Error('redis-server failed', { cause: error })),
  )
  failed.catch(() => {})
  const command = (text: string) => sendCommand(listenOn, text)
  const stop = () => stopChild(child)
  try {
    await Promise.race([failed, waitFor('an answer of redis-server', async () => (await command('PING')) === '+PONG')])
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: `redis://127.0.0.1:${listenOn}`,
    command,
    freeze: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function sendCommand(port: number, text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.setTimeout(5_000, () => socket.destroy(new Error('redis-server does not answer')))
  try {
    socket.write(`${text}\r\n`)
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    return chunk.toString('utf8').split('\r\n', 1)[0] ?? ''
  } finally {
    socket.destroy()
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

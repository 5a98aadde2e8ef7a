import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Ajv } from 'ajv'
import { fakeImage, manifestOf } from './fake-image.ts'
import type { FakeMachine } from './fake-machine.ts'
import type { TableImage } from './machine-state.ts'

export const repository = 'registry.test/os/edge'
export const installed = fakeImage('installed')
export const update = fakeImage('update')

export const digestOf = (image: TableImage): string => manifestOf(image, 'amd64').digest
export const pinned = (image: TableImage): string => `${repository}@${digestOf(image)}`

export interface Entry {
  image: { image: { image: string; transport: string }; imageDigest: string; architecture?: string } | null
  cachedUpdate: { imageDigest: string } | null
  downloadOnly?: boolean
  incompatible: boolean
  ostree: { checksum: string; deploySerial: number }
  composefs?: { verity: string } | null
}

export interface HostDocument {
  spec: { image: { image: string } | null; bootOrder: string }
  status: { staged: Entry | null; booted: Entry | null; rollback: Entry | null; rollbackQueued: boolean; type: unknown }
}

export async function hostStatus(machine: FakeMachine): Promise<HostDocument['status']> {
  return ((await machine.status()) as unknown as HostDocument).status
}

export const digestIn = (entry: Entry | null): string | undefined => entry?.image?.imageDigest

/** Runs bootc and expects success; gives its stdout. */
export async function bootc(machine: FakeMachine, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await machine.run('bootc', ...args)
  if (code !== 0) throw new Error(`bootc ${args.join(' ')} failed with ${code}: ${stderr}`)
  return stdout
}

/** Problems of a document against one of the two schemas of bootc. */
export function schemaErrors(schema: 'host-v1' | 'progress-v0', document: unknown): unknown[] {
  const text = readFileSync(new URL(`fixtures/${schema}.schema.json`, import.meta.url), 'utf8')
  // What these schemas use means the same in the draft that ajv speaks by default.
  const { $schema: _draft, ...body } = JSON.parse(text) as Record<string, unknown>
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(body)
  return validate(document) ? [] : (validate.errors ?? [])
}

export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what} did not happen within 20 s`)
    await delay(10)
  }
}

/** A program that is still running. */
export function startProgram(machine: FakeMachine, program: string, ...args: string[]) {
  const child: ChildProcess = spawn(program, args, { env: machine.env(), stdio: ['ignore', 'pipe', 'pipe'] })
  const seen = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (seen.text += chunk))
  }
  const exit = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  return { child, seen, exit }
}

/** Runs bootc with fd 3 on a FIFO, as an agent must; gives the events. */
export async function bootcWithProgress(machine: FakeMachine, ...args: string[]) {
  const fifo = join(machine.root, 'progress.fifo')
  execFileSync('mkfifo', [fifo])
  const reader = await open(fifo, constants.O_RDWR | constants.O_NONBLOCK)
  const writer = openSync(fifo, 'w')
  const child = spawn('bootc', [...args, '--progress-fd', '3'], {
    env: machine.env(),
    stdio: ['ignore', 'ignore', 'pipe', writer],
  })
  closeSync(writer)
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  let running = true
  void exit.then(() => (running = false))
  let text = ''
  for (;;) {
    const ended = !running
    const chunk = await readSome(reader)
    text += chunk
    if (chunk === '' && ended) break
    if (chunk === '') await delay(5)
  }
  await reader.close()
  const events = text.split('\n').filter((line) => line !== '')
  return { code: await exit, stderr, events: events.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

async function readSome(reader: Awaited<ReturnType<typeof open>>): Promise<string> {
  try {
    const { buffer, bytesRead } = await reader.read(Buffer.alloc(65_536))
    return buffer.toString('utf8', 0, bytesRead)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return ''
    throw error
  }
}

import { fstatSync, readFileSync, readdirSync, readlinkSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { BootcError } from './errors.mjs'
import { canonicalJson } from './render.mjs'

const protocolVersion = '0.1.0'
/** Events that may be lost come at most this often. */
const lossyIntervalMs = 200

/**
 * Writes progress events to the fd of `--progress-fd`. Refuses what is not a FIFO: bootc does, and Node's
 * `stdio: 'pipe'` is a socket.
 * @param {string | true | undefined} fdText
 */
export function openProgress(fdText) {
  if (fdText === undefined) return { send: async () => {} }
  const fd = Number(fdText)
  checkFifo(fdText, fd)
  let started = false
  let broken = false
  let lastLossy = 0

  /** @param {object} event */
  async function write(event) {
    if (broken) return
    try {
      await writeLine(fd, `${canonicalJson(event)}\n`)
    } catch (error) {
      broken = true
      process.stderr.write(`Failed to write to jsonl: ${describe(error)}\n`)
    }
  }

  return {
    /**
     * @param {object} event
     * @param {{ lossy?: boolean }} [options]
     */
    async send(event, { lossy = false } = {}) {
      const now = performance.now()
      if (lossy && started && now - lastLossy < lossyIntervalMs) return
      if (lossy) lastLossy = now
      if (!started) {
        started = true
        await write({ type: 'Start', version: protocolVersion })
      }
      await write(event)
    },
  }
}

/**
 * @param {string | true} fdText
 * @param {number} fd
 */
function checkFifo(fdText, fd) {
  if (!Number.isInteger(fd) || fd < 0) throw new BootcError(`invalid digit found in string: ${String(fdText)}`)
  if (fd < 3) throw new BootcError('Cannot use fd 0, 1, or 2 for progress JSON')
  let stat
  try {
    stat = fstatSync(fd)
  } catch {
    throw new BootcError('Bad file descriptor (os error 9)')
  }
  if (isOwnPipe(fd)) throw new BootcError('Bad file descriptor (os error 9)')
  if (!stat.isFIFO()) throw new BootcError('not a pipe')
}

/**
 * Whether the fd is one of Node's internal pipes, both ends of which are in this process: then the caller passed
 * nothing there, and writing to it would do harm. Only known where there is a procfs.
 * @param {number} fd
 */
function isOwnPipe(fd) {
  try {
    const target = readlinkSync(`/proc/self/fd/${fd}`)
    if (target.startsWith('anon_inode:')) return true
    if (!target.startsWith('pipe:')) return false
    return readdirSync('/proc/self/fd').some((other) => isReadEndOf(other, target))
  } catch {
    return false
  }
}

/** @param {string} fd @param {string} target */
function isReadEndOf(fd, target) {
  try {
    if (readlinkSync(`/proc/self/fd/${fd}`) !== target) return false
    const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '1'
    return (Number.parseInt(flags, 8) & 3) === 0
  } catch {
    return false
  }
}

/**
 * A full pipe blocks bootc, also when the reader made it non-blocking.
 * @param {number} fd
 * @param {string} line
 */
async function writeLine(fd, line) {
  let rest = Buffer.from(line)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
      await delay(10)
    }
  }
}

/** @param {NodeJS.ErrnoException} error */
function describe(error) {
  return error.code === 'EPIPE' ? 'Broken pipe (os error 32)' : error.message
}

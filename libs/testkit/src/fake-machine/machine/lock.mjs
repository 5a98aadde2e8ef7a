import { linkSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

// flock(2) is not reachable from Node without a helper that macOS lacks. The lock is a hard link to a file that holds
// its owner's pid: it appears with its content or not at all, and a dead owner is found out.

let counter = 0

/**
 * Whether a process runs. A zombie does not: where nobody reaps orphans it would hold its locks for ever.
 * @param {number} pid
 */
export function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    // No procfs (macOS), or it ended just now: the signal test stands.
    return true
  }
}

/** @param {string} path */
function link(path) {
  const mine = `${path}.${process.pid}.${counter++}.${Math.random().toString(36).slice(2)}`
  writeFileSync(mine, String(process.pid))
  try {
    linkSync(mine, path)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(mine)
  }
}

/** @param {string} path */
function ownerIsDead(path) {
  try {
    return !isAlive(Number(readFileSync(path, 'utf8')))
  } catch {
    return false
  }
}

/** @param {string} path */
function unlinkIfThere(path) {
  try {
    unlinkSync(path)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

/**
 * One breaker at a time, and it looks again: else the second of two would remove the lock that the first just took.
 * @param {string} path
 */
function breakStale(path) {
  const guard = `${path}.break`
  if (link(guard)) {
    if (ownerIsDead(path)) unlinkIfThere(path)
    unlinkIfThere(guard)
    return
  }
  try {
    if (Date.now() - statSync(guard).mtimeMs > 5_000) unlinkIfThere(guard)
  } catch {
    // The other breaker is done.
  }
}

/**
 * One try.
 * @param {string} path
 * @returns {boolean} whether the lock is held now
 */
export function tryLock(path) {
  if (link(path)) return true
  if (!ownerIsDead(path)) return false
  breakStale(path)
  return link(path)
}

/** @param {string} path */
export function unlock(path) {
  unlinkIfThere(path)
}

/**
 * Waits for the lock as long as it takes, like bootc.
 * @param {string} path
 */
export async function lock(path) {
  while (!tryLock(path)) await delay(15)
}

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/**
 * For sections of a millisecond or so: blocks the thread.
 * @template T
 * @param {string} path
 * @param {() => T} action
 * @returns {T}
 */
export function withLockSync(path, action) {
  while (!tryLock(path)) Atomics.wait(sleeper, 0, 0, 2)
  try {
    return action()
  } finally {
    unlock(path)
  }
}

import { appendFileSync, readFileSync } from 'node:fs'
import { machinePaths } from './paths.mjs'
import { readState } from './state.mjs'

/**
 * @typedef {object} JournalEntry
 * @property {string} MESSAGE
 * @property {string} __REALTIME_TIMESTAMP microseconds since the epoch
 * @property {string} _BOOT_ID 32 hex digits
 * @property {string} F_SOFT_REBOOTS of which a real journal says nothing
 * @property {string} PRIORITY
 * @property {string} [_SYSTEMD_UNIT]
 * @property {string} [SYSLOG_IDENTIFIER]
 */

/**
 * Appends one entry of the running boot. bootc's own fields carry the `F_` prefix.
 * @param {string} root
 * @param {Record<string, string>} entry
 */
export function appendJournal(root, entry) {
  const { bootId, softReboots } = readState(root)
  const line = {
    __REALTIME_TIMESTAMP: String(Date.now() * 1000),
    _BOOT_ID: bootId.replaceAll('-', ''),
    F_SOFT_REBOOTS: String(softReboots),
    PRIORITY: '6',
    ...entry,
  }
  appendFileSync(machinePaths(root).journal, `${JSON.stringify(line)}\n`)
}

/**
 * @param {string} root
 * @returns {JournalEntry[]}
 */
export function readJournal(root) {
  try {
    const text = readFileSync(machinePaths(root).journal, 'utf8')
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
}

import { appendJournal } from './journal.mjs'
import { updateState } from './state.mjs'

/**
 * Asks for a reboot. Whoever plays the machine's power carries it out.
 * @param {string} root
 * @param {'reboot' | 'soft-reboot'} kind
 * @param {string | null} message
 */
export function requestReboot(root, kind, message) {
  updateState(root, (state) => {
    state.rebootRequested = { kind, at: Date.now(), message }
  })
  const reason = message === null ? '' : ` (${message})`
  appendJournal(root, { MESSAGE: `The system will ${kind} now!${reason}`, SYSLOG_IDENTIFIER: 'systemd-logind' })
}

/**
 * What `--apply` does: asks for the reboot and stays until it is killed.
 * @param {string} root
 * @returns {Promise<never>}
 */
export function rebootAndPark(root) {
  process.stdout.write('Rebooting system\n')
  requestReboot(root, 'reboot', 'Initiated by bootc')
  return new Promise(() => {
    setInterval(() => {}, 60_000)
  })
}

/**
 * @typedef {object} Flag
 * @property {string} [value] placeholder; without it the flag is a switch
 * @property {string[]} [choices]
 * @property {string} [short]
 * @property {boolean} [hidden] left out of `--help`
 * @property {string} [since] the release that has it first
 * @property {string[]} [conflicts]
 * @property {string} help
 */
/**
 * @typedef {object} Command
 * @property {string} about
 * @property {string} [positional]
 * @property {boolean} [hidden] left out of `bootc --help`
 * @property {Record<string, Flag>} flags
 */

/** @type {Flag} */
const progressFd = { value: 'FD', hidden: true, since: '1.1.4', help: 'Write progress as JSON Lines' }
/** @type {Flag} */
const softReboot = {
  value: 'SOFT_REBOOT',
  choices: ['required', 'auto'],
  since: '1.7.0',
  help: 'Configure soft reboot behavior',
}
/** @type {Flag} */
const apply = { help: 'Restart or reboot into the new target image' }
/** @type {Flag} */
const quiet = { help: "Don't display progress" }

/** @param {string} since */
function staging(since) {
  return {
    'download-only': {
      since,
      conflicts: ['check', 'apply', 'from-downloaded'],
      help: 'Download and stage the update without applying it',
    },
    'from-downloaded': { since, conflicts: ['check', 'download-only'], help: 'Apply a staged deployment' },
  }
}

/** @type {Record<string, Command>} */
export const commands = {
  status: {
    about: 'Display status',
    flags: {
      format: { value: 'FORMAT', choices: ['humanreadable', 'yaml', 'json'], help: 'The output format' },
      json: { hidden: true, help: 'Output in JSON format' },
      'format-version': { value: 'FORMAT_VERSION', help: 'The desired format version' },
      booted: { help: 'Only display status for the booted deployment' },
      verbose: { short: 'v', since: '1.1.7', help: 'Include additional fields in human readable format' },
    },
  },
  upgrade: {
    about: 'Download and queue an updated container image to apply',
    flags: {
      quiet,
      check: { conflicts: ['apply', 'soft-reboot', 'download-only', 'from-downloaded'], help: 'Check for an update' },
      apply,
      'soft-reboot': softReboot,
      ...staging('1.12.0'),
      tag: { value: 'TAG', since: '1.15.0', help: 'Upgrade to a different tag of the currently booted image' },
      'progress-fd': progressFd,
    },
  },
  switch: {
    about: 'Target a new container image reference to boot',
    positional: 'TARGET',
    flags: {
      quiet,
      apply,
      'soft-reboot': softReboot,
      ...staging('1.17.0'),
      transport: { value: 'TRANSPORT', help: 'The transport [default: registry]' },
      'enforce-container-sigpolicy': { help: 'Require signature verification by the container policy' },
      retain: { help: 'Retain reference to currently booted image' },
      'mutate-in-place': { hidden: true, help: 'Change the origin of the newest deployment' },
      'no-signature-verification': { hidden: true, help: 'Does nothing' },
      'progress-fd': progressFd,
    },
  },
  rollback: {
    about: 'Change the bootloader entry ordering; the deployment under `rollback` will be queued for the next boot',
    flags: { apply, 'soft-reboot': softReboot },
  },
  edit: {
    about: 'Apply full changes to the host specification',
    flags: { filename: { value: 'FILENAME', short: 'f', help: 'Use filename to edit system specification' }, quiet },
  },
  'delete-deployment': { about: 'Delete a deployment', positional: 'DEPL_ID', hidden: true, flags: {} },
  'usr-overlay': {
    about: 'Add a transient writable overlayfs on `/usr`',
    flags: { 'read-only': { since: '1.14.0', help: 'Mount the overlay read-only' } },
  },
}

/** @type {Record<string, string>} */
export const aliases = { update: 'upgrade', usroverlay: 'usr-overlay' }

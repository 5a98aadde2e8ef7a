// @ts-check

/** Where to listen and where the API is. Throws one line for what is wrong. */
export function readSettings() {
  // oxlint-disable-next-line node/no-process-env -- the composition root of the server
  const { HOST = '', PORT = '', BOOTFLEET_API_URL = '' } = process.env
  const port = Number(PORT || 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a port from 0 to 65535')
  return { host: HOST || '127.0.0.1', port, apiUrl: new URL(BOOTFLEET_API_URL || 'http://127.0.0.1:3001') }
}

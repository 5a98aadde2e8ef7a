/** Where the server's half of the dashboard reaches the API; read at each request, not at build. */
export function apiUrl(): string {
  return process.env['BOOTFLEET_API_URL'] || 'http://127.0.0.1:3001'
}

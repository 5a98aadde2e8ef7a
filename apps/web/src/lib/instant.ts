/** `2026-11-23 07:00:12 UTC`: the same on server and browser, whatever their time zones. */
export function formatInstant(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

/** What helps against what TLS says, where the words alone lead astray; undefined where they do not. */
export function tlsRemedy(detail: string, now = new Date()): string | undefined {
  if (/alert certificate expired/i.test(detail)) {
    return "this device's own certificate has expired, by the server's clock: it is renewed over HTTPS; where that fails, enroll anew"
  }
  if (/certificate is not yet valid|certificate has expired/i.test(detail)) {
    const clock = `this machine's clock says ${now.toISOString()}`
    return `that is the server's certificate, and ${clock}: if that is wrong, set it; else the server's certificate has to be renewed`
  }
  if (/wrong version number|packet length too long/i.test(detail)) {
    return 'what listens there does not speak TLS: check host and port, which are those of the device endpoint'
  }
  return undefined
}

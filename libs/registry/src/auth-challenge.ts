export type AuthChallenge = {
  /** In lower case: `bearer`, `basic`, … */
  readonly scheme: string
  readonly params: ReadonlyMap<string, string>
}

const maxHeaderLength = 8192
const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const paramPattern = new RegExp(`[\\s,]*(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y')
const schemePattern = new RegExp(`[\\s,]*(${token})(?=[\\s,]|$)`, 'y')
const token68Pattern = /[ \t]+[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y

/** Reads a `WWW-Authenticate` header, which may hold several challenges; stops at the first thing that is malformed. */
export function parseChallenges(header: string): AuthChallenge[] {
  const challenges: { scheme: string; params: Map<string, string> }[] = []
  const text = header.slice(0, maxHeaderLength)
  let position = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position
    const match = pattern.exec(text)
    if (match !== null) position = pattern.lastIndex
    return match
  }
  while (position < text.length) {
    const current = challenges.at(-1)
    const param = current === undefined ? null : take(paramPattern)
    if (current !== undefined && param !== null) {
      const name = (param[1] ?? '').toLowerCase()
      if (!current.params.has(name)) current.params.set(name, param[3] ?? (param[2] ?? '').replace(/\\(.)/g, '$1'))
      continue
    }
    const scheme = take(schemePattern)
    if (scheme === null) break
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), params: new Map() })
    take(token68Pattern)
  }
  return challenges
}

import { runCommand } from '../machine/run-command.ts'

/** Whose sessions hold back a reboot. */
export const sessionGuards = ['off', 'graphical', 'any'] as const
export type SessionGuard = (typeof sessionGuards)[number]

const limits = { timeoutMs: 10_000 }
const maxSessions = 50
const graphical = new Set(['x11', 'wayland', 'mir'])

/** The people whose sessions count, each once. None where there is no logind. */
export async function busyUsers(guard: SessionGuard): Promise<string[]> {
  if (guard === 'off') return []
  const sessions = await readSessions()
  return [...new Set(sessions.filter((session) => isBusy(session, guard)).map(({ name }) => name))]
}

/** On their terminals, and on the desktops that show notices. Who cannot be reached is not waited for. */
export async function notifyUsers(text: string): Promise<void> {
  await runCommand('wall', [text], limits)
  const desktops = (await readSessions()).filter((session) => isBusy(session, 'graphical'))
  for (const name of new Set(desktops.map((session) => session.name))) {
    const unit = ['--user', `--machine=${name}@.host`, '--collect', '--quiet', '--']
    await runCommand('systemd-run', [...unit, 'notify-send', '--urgency=critical', 'System update', text], limits)
  }
}

/** One session as logind describes it. */
export interface Session {
  name: string
  type: string
  class: string
  state: string
  isIdle: boolean
}

/** A person, not a greeter or a service, who did something lately. */
export function isBusy(session: Session, guard: Exclude<SessionGuard, 'off'>): boolean {
  if (session.class !== 'user' || session.isIdle || session.state === 'closing') return false
  return guard === 'any' || graphical.has(session.type)
}

async function readSessions(): Promise<Session[]> {
  const { code, stdout } = await runCommand('loginctl', ['list-sessions', '--no-legend', '--no-pager'], limits)
  if (code !== 0) return []
  const ids = stdout.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || [])
  const sessions: Session[] = []
  for (const id of ids.slice(0, maxSessions)) {
    const names = ['Name', 'Type', 'Class', 'State', 'IdleHint'].flatMap((name) => ['-p', name])
    const shown = await runCommand('loginctl', ['show-session', id, ...names], limits)
    if (shown.code === 0) sessions.push(parseSession(shown.stdout))
  }
  return sessions
}

/** Lines `Key=value` of `loginctl show-session`. */
export function parseSession(text: string): Session {
  const values = new Map(text.split('\n').map((line) => line.split(/=(.*)/s) as [string, string | undefined]))
  const get = (key: string): string => (values.get(key) ?? '').slice(0, 100)
  return {
    name: get('Name'),
    type: get('Type'),
    class: get('Class'),
    state: get('State'),
    isIdle: get('IdleHint') === 'yes',
  }
}

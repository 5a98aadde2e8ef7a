import { readClock } from '../clock.ts'
import { HostError } from '../host/host-adapter.ts'
import { log } from '../log.ts'
import type { Runtime } from '../runtime.ts'
import { readJson } from '../store/store.ts'

const name = 'postponed.json'
const minuteMs = 60_000

/** Since when a reboot is held back, on the clock of this boot. */
interface Postponed {
  why: string
  since: number
}

/**
 * Holds back a reboot while people work on this machine: throws `user_session`, to be tried again, until they are gone or
 * the limit is over. They are told once that it waits, and once that it comes.
 */
export async function awaitUsers({ platform }: Runtime, why: string): Promise<void> {
  const { machine, run, sessionLimitMs } = platform
  const users = await machine.busyUsers()
  if (users.length === 0) return
  const { mono } = readClock()
  const known = await readPostponed(run, why)
  const since = known ?? mono
  const leftMin = Math.ceil((since + sessionLimitMs - mono) / minuteMs)
  const who = users.slice(0, 5).join(', ')
  if (leftMin <= 0) {
    log('session_limit_over', { users: who })
    await machine.notifyUsers('This machine reboots now to finish an update.')
    return
  }
  if (known === undefined) {
    await run.write(name, JSON.stringify({ why, since } satisfies Postponed))
    await machine.notifyUsers(
      `An update waits for a reboot of this machine. Log out when it suits you; it reboots in ${leftMin} min at the latest.`,
    )
  }
  const detail = `${who} is working on this machine: the reboot waits for ${leftMin} min more at the most`
  throw new HostError({ code: 'user_session', detail, retryable: true })
}

async function readPostponed(run: Parameters<typeof readJson>[0], why: string): Promise<number | undefined> {
  const stored = (await readJson(run, name)) as Partial<Postponed> | null | undefined
  return stored?.why === why && typeof stored.since === 'number' ? stored.since : undefined
}

import { isIPv6 } from 'node:net'
import { WindowCounter } from '@bootfleet/operations'
import type { CallerAddress } from './caller-address.ts'
import { ProblemError } from './problem-error.ts'

const windowMs = 15 * 60_000

export interface Attempt {
  readonly ip: string
  readonly email: string
}

/** What stands before signing in. */
export interface LoginDoor {
  readonly limiter: LoginLimiter
  readonly callerAddress: CallerAddress
}

/** How many wrong passwords, per 15 minutes. */
export interface LoginLimits {
  /** For one account from one address. */
  readonly perAccount: number
  /** From one address. */
  readonly perAddress: number
  /** For one account from all addresses, before `whenGuessed` holds for it. */
  readonly perAccountAnywhere: number
  /** For one account from one address, while somebody guesses at it. Not 0: nobody may shut a person out for good. */
  readonly whenGuessed: number
}

/**
 * Slows guessing of passwords down. An account that many addresses guess at leaves each of them fewer attempts, but
 * leaves every one some: who guesses cannot use up those of the person, who comes from somewhere else. Counts in this
 * process: several api processes allow as many times more.
 */
export class LoginLimiter {
  readonly #limits: LoginLimits
  readonly #ofPair: WindowCounter
  readonly #ofAddress: WindowCounter
  readonly #ofAccount: WindowCounter

  constructor(limits: LoginLimits, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#ofPair = new WindowCounter(windowMs, now)
    this.#ofAddress = new WindowCounter(windowMs, now)
    this.#ofAccount = new WindowCounter(windowMs, now)
  }

  /** Counts an attempt before its password is looked at. Throws 429 when there were too many. */
  consume(attempt: Attempt): void {
    const { address, account, pair } = keysOf(attempt)
    const { perAddress, perAccount, perAccountAnywhere, whenGuessed } = this.#limits
    const guessed = this.#ofAccount.count(account) >= perAccountAnywhere
    if (this.#ofAddress.count(address) >= perAddress) throw tooMany(this.#ofAddress.msLeft(address))
    if (this.#ofPair.count(pair) >= (guessed ? Math.min(whenGuessed, perAccount) : perAccount))
      throw tooMany(this.#ofPair.msLeft(pair))
    this.#ofAddress.add(address)
    this.#ofAccount.add(account)
    this.#ofPair.add(pair)
  }

  /** Takes back what was counted for an attempt that succeeded. */
  succeeded(attempt: Attempt): void {
    const { address, account, pair } = keysOf(attempt)
    this.#ofPair.clear(pair)
    this.#ofAddress.takeBack(address)
    this.#ofAccount.takeBack(account)
  }
}

function tooMany(msLeft: number): ProblemError {
  const retryAfterSec = Math.max(1, Math.ceil(msLeft / 1000))
  const detail = `Too many attempts to sign in. Wait ${retryAfterSec} seconds.`
  return new ProblemError({ status: 429, code: 'rate_limited', detail, retryAfterSec })
}

function keysOf({ ip, email }: Attempt): { address: string; account: string; pair: string } {
  const address = isIPv6(ip) ? network(ip) : ip
  const account = email.trim().toLowerCase()
  return { address, account, pair: `${address} ${account}` }
}

// One machine has a whole /64 of IPv6 addresses to guess from.
function network(ip: string): string {
  const [head = '', tail] = ip.replace(/%.*/, '').split('::')
  const [left, right] = [head.split(':').filter(Boolean), (tail ?? '').split(':').filter(Boolean)]
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

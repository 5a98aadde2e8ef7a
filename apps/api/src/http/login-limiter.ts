import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { ProblemError } from './problem-error.ts'

const windowSec = 15 * 60

export interface Attempt {
  readonly ip: string
  readonly email: string
}

export interface LoginLimits {
  /** Wrong passwords for one account from one address, per 15 minutes. */
  readonly perAccount: number
  /** Wrong passwords from one address, per 15 minutes. */
  readonly perAddress: number
}

/** Slows guessing of passwords down. Counts in this process: several api processes allow as many times more. */
export class LoginLimiter {
  readonly #perAccount: RateLimiterMemory
  readonly #perAddress: RateLimiterMemory

  constructor({ perAccount, perAddress }: LoginLimits) {
    this.#perAccount = new RateLimiterMemory({ points: perAccount, duration: windowSec })
    this.#perAddress = new RateLimiterMemory({ points: perAddress, duration: windowSec })
  }

  /** Counts an attempt before its password is looked at. Throws 429 when there were too many. */
  async consume({ ip, email }: Attempt): Promise<void> {
    try {
      await this.#perAddress.consume(ip)
      await this.#perAccount.consume(accountKey(ip, email))
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      const retryAfterSec = Math.max(1, Math.ceil(error.msBeforeNext / 1000))
      const detail = `Too many attempts to sign in. Wait ${retryAfterSec} seconds.`
      throw new ProblemError({ status: 429, code: 'rate_limited', detail, retryAfterSec })
    }
  }

  /** Takes back what was counted for an attempt that succeeded. */
  async succeeded({ ip, email }: Attempt): Promise<void> {
    await this.#perAccount.delete(accountKey(ip, email))
    await this.#perAddress.reward(ip)
  }
}

function accountKey(ip: string, email: string): string {
  return `${ip} ${email.trim().toLowerCase()}`
}

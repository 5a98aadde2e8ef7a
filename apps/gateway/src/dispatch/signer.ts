import { loadSigningKeys, type Services, type SigningKeys } from '@bootfleet/operations'
import { signDesired, type SignedDesired } from '@bootfleet/pki'

const refreshMs = 60_000

/** Signs desired documents with the newest key of the installation, which it looks up every minute. */
export function createSigner(services: Services): (payload: string) => Promise<SignedDesired> {
  let known: { keys: Promise<SigningKeys>; until: number } | undefined
  function currentKeys(): Promise<SigningKeys> {
    if (known && known.until > performance.now()) return known.keys
    const keys = loadSigningKeys(services)
    known = { keys, until: performance.now() + refreshMs }
    keys.catch(() => {
      known = undefined
    })
    return keys
  }
  return async (payload) => signDesired(payload, (await currentKeys()).current)
}

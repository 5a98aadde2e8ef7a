import { EnrollResponse } from '@bootfleet/contracts'
import type { EnrollmentDocument } from '@bootfleet/contracts'
import { PkiError, fetchPinnedAuthority } from '@bootfleet/pki'
import { createBackOff, pause } from '../link/back-off.ts'
import { problemOf, requestJson } from '../link/https-client.ts'
import { tlsRemedy } from '../link/tls-remedy.ts'
import { log, messageOf } from '../log.ts'
import type { Platform } from '../platform.ts'
import { deviceKey } from './device-key.ts'
import { saveIdentity } from './identity.ts'
import type { Identity } from './identity.ts'

const requestMs = 30_000
const retryCapMs = 10 * 60_000

export interface EnrollInput {
  platform: Platform
  agentVersion: string
  booted: { ref?: string; digest?: string } | undefined
  signal: AbortSignal
}

/** What one try came to: an identity, or when to try again. */
type Try = { identity: Identity } | { retryAfterMs: number | undefined }

/**
 * Waits until this machine is enrolled. Whatever stands in the way is logged with its remedy and tried again: a missing
 * document, an unreachable or wrong server, a refused token, a pending approval. Undefined when the signal is aborted.
 */
export async function enroll(input: EnrollInput): Promise<Identity | undefined> {
  const { platform, signal } = input
  const backOff = createBackOff({ baseMs: platform.retryBaseMs * 5, capMs: retryCapMs })
  while (!signal.aborted) {
    const outcome = await platform.takeTurn(() => tryToEnroll(input))
    if ('identity' in outcome) {
      await saveIdentity(platform.state, outcome.identity)
      log('enrolled', { device: outcome.identity.device, inc: outcome.identity.inc })
      return outcome.identity
    }
    await pause(outcome.retryAfterMs ?? backOff.next(), signal)
  }
  return undefined
}

async function tryToEnroll(input: EnrollInput): Promise<Try> {
  try {
    const document = await input.platform.findEnrollment()
    return document === undefined ? { retryAfterMs: undefined } : await post(input, document)
  } catch (error) {
    const detail = messageOf(error)
    const wrongServer = error instanceof PkiError && error.code === 'pin_mismatch'
    log(wrongServer ? 'enroll_wrong_server' : 'enroll_failed', {
      detail,
      remedy: wrongServer
        ? 'nothing was sent: the enrollment document does not fit this server, get a new one'
        : (tlsRemedy(detail) ?? 'check the url of the enrollment document and the network; trying again'),
    })
    return { retryAfterMs: undefined }
  }
}

/** The server proves that it holds a certificate of the pinned CA before it sees the token. */
async function post(input: EnrollInput, document: EnrollmentDocument): Promise<Try> {
  const { platform, booted } = input
  const { machine } = platform
  const server = new URL(document.url)
  if (server.protocol !== 'https:') throw new Error('the url of the enrollment document must begin with https://')
  const ca = await fetchPinnedAuthority({
    host: server.hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(server.port || 443),
    caSha256: document.caSha256,
    timeoutMs: requestMs,
  })
  const { csr } = await deviceKey(platform.state)
  const response = await requestJson({
    method: 'POST',
    url: new URL('/device/v1/enroll', server).href,
    tls: { ca },
    timeoutMs: requestMs,
    signal: input.signal,
    body: {
      token: document.token,
      csr,
      hardwareId: await machine.hardwareId(),
      architecture: machine.architecture,
      hostname: machine.hostname.slice(0, 253),
      agent: input.agentVersion,
      ...(booted && { booted }),
    },
  })
  const answer = EnrollResponse.safeParse(response.json)
  if (response.status >= 300 || !answer.success) {
    const problem = problemOf(response)
    log('enroll_refused', { ...problem, remedy: 'if the token is used up or expired, put a new enrollment document' })
    return { retryAfterMs: response.retryAfterSec === undefined ? undefined : response.retryAfterSec * 1000 }
  }
  if (answer.data.state === 'pending') {
    log('enroll_pending', {
      remedy: 'an operator has to approve this device',
      retryAfterSec: answer.data.retryAfterSec,
    })
    return { retryAfterMs: answer.data.retryAfterSec * 1000 }
  }
  const { state: _state, ...identity } = answer.data
  return { identity }
}

import { createHash } from 'node:crypto'
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { from, lastValueFrom, type Observable } from 'rxjs'
import { Problem } from '@bootfleet/contracts'
import { claimRequest, releaseRequest, settleRequest, type Ctx, type StoredAnswer } from '@bootfleet/operations'
import { ProblemError, type ProblemDetail } from './problem-error.ts'
import { requestState } from './request-state.ts'
import { toProblem } from './to-problem.ts'

/**
 * Carries out a POST with an `Idempotency-Key` once: repeating it gives the answer it got, refusals too. A failure of
 * this server is not kept, so that it can be tried again. Signing in has nobody to keep an answer for.
 */
export class IdempotencyInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>()
    const state = requestState(request)
    const header = request.headers['idempotency-key']
    if (request.method !== 'POST' || header === undefined || state === undefined) return next.handle()
    const key = readKey(header)
    const reply = context.switchToHttp().getResponse<FastifyReply>()
    const stored = await claimRequest(state.ctx, { key, requestSha256: hashOf(request) })
    if (stored !== undefined) return from([replay(reply, stored)])
    return from(carryOut(state.ctx, key, { next, reply }))
  }
}

async function carryOut(ctx: Ctx, key: string, call: { next: CallHandler; reply: FastifyReply }): Promise<unknown> {
  try {
    const response: unknown = await lastValueFrom(call.next.handle(), { defaultValue: undefined })
    await settleRequest(ctx, { key, status: call.reply.statusCode, response })
    return response
  } catch (error) {
    const problem = toProblem(error)
    if (problem === undefined || problem.status >= 500 || problem.status === 429) await releaseRequest(ctx, { key })
    else await settleRequest(ctx, { key, status: problem.status, response: problem })
    throw error
  }
}

function replay(reply: FastifyReply, { status, response }: StoredAnswer): unknown {
  void reply.header('idempotency-replayed', 'true')
  if (status >= 400) throw new ProblemError({ ...(StoredProblem.parse(response) as ProblemDetail), status })
  void reply.status(status)
  return response ?? undefined
}

const StoredProblem = Problem.pick({ code: true, detail: true, errors: true })

function readKey(header: string | string[]): string {
  if (typeof header === 'string' && /^[\x21-\x7e]{1,200}$/.test(header)) return header
  const detail = 'An Idempotency-Key has 1 to 200 printable ASCII characters without spaces.'
  throw new ProblemError({ status: 400, code: 'invalid_idempotency_key', detail })
}

function hashOf({ method, url, body }: FastifyRequest): string {
  return createHash('sha256')
    .update(`${method} ${url}\n${JSON.stringify(body ?? null)}`)
    .digest('hex')
}

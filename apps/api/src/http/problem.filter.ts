import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isDatabaseAway } from '@bootfleet/operations'
import type { Logger } from '@bootfleet/telemetry'
import type { ProblemDetail } from './problem-error.ts'
import { sendProblem } from './send-problem.ts'
import { toProblem } from './to-problem.ts'

const unforeseen: ProblemDetail = {
  status: 500,
  code: 'internal',
  detail: 'Something went wrong here. Tell the operator of this server the request id.',
}

/** Answers every error with a problem document; the only place that logs an error nobody foresaw. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>()
    const reply = host.switchToHttp().getResponse<FastifyReply>()
    const known = toProblem(error)
    if (known === undefined) this.#log.error({ err: error, requestId: request.id, url: request.url }, 'request failed')
    else if (isDatabaseAway(error))
      this.#log.warn({ err: error, requestId: request.id }, 'the database does not answer')
    if (!reply.sent) sendProblem(reply, known ?? unforeseen, request.id)
  }
}

import type { FastifyReply } from 'fastify'
import { problemDocument, type ProblemDetail } from './problem-error.ts'

/** Answers with a problem document. */
export function sendProblem(reply: FastifyReply, problem: ProblemDetail, requestId: string): void {
  if (problem.retryAfterSec !== undefined) void reply.header('retry-after', String(problem.retryAfterSec))
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer')
  void reply
    .status(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemDocument(problem, requestId)))
}

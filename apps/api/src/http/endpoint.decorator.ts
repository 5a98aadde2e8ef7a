import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SerializeOptions,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Endpoint as Contract } from '@bootfleet/contracts'
import type { Ctx } from '@bootfleet/operations'
import { parseInput } from './parse-input.ts'
import { requestState } from './request-state.ts'

/** Where a handler's contract is kept. */
export const contractKey = 'bootfleet:contract'

type Parsed<E, K extends string> = E extends Record<K, infer S extends z.ZodType> ? z.output<S> : undefined

/** What a handler gets: who asks, and the validated parts of the request. Open routes have no `ctx`. */
export interface InputOf<E> {
  readonly ctx: E extends { open: true } ? undefined : Ctx
  readonly params: Parsed<E, 'params'>
  readonly query: Parsed<E, 'query'>
  readonly body: Parsed<E, 'body'>
}

type Answer<E> = E extends { response: infer S extends z.ZodType } ? z.input<S> : void

type Handler<E> = (...args: never[]) => Promise<Answer<E>>

/** Binds a controller method to its contract: route, status and shape of the answer. Fails to compile on another shape. */
export function Endpoint<const E extends Contract>(contract: E) {
  const { method, path, status, response } = contract
  const decorate = applyDecorators(
    RequestMapping({ path, method: RequestMethod[method] }),
    HttpCode(status),
    SetMetadata(contractKey, contract),
    ...(response && !contract.stream ? [SerializeOptions({ schema: response })] : []),
  )
  return <H extends Handler<E>>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<H>): void => {
    decorate(target, key, descriptor)
  }
}

/** The validated input of a handler under `@Endpoint`. */
export const Input = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<FastifyRequest>()
  const contract: Contract | undefined = Reflect.getMetadata(contractKey, context.getHandler())
  if (contract === undefined) throw new Error('@Input needs @Endpoint on the same method.')
  return { ctx: requestState(request)?.ctx, ...parseInput(contract, request) }
})

import { Controller } from '@nestjs/common'
import { apiTokens } from '@bootfleet/contracts'
import { createApiToken, listApiTokens, revokeApiToken } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class ApiTokensController {
  @Endpoint(apiTokens.list)
  list(@Input() { ctx, query }: InputOf<typeof apiTokens.list>) {
    return listApiTokens(ctx, query)
  }

  @Endpoint(apiTokens.create)
  create(@Input() { ctx, body }: InputOf<typeof apiTokens.create>) {
    return createApiToken(ctx, body)
  }

  @Endpoint(apiTokens.revoke)
  revoke(@Input() { ctx, params }: InputOf<typeof apiTokens.revoke>) {
    return revokeApiToken(ctx, params)
  }
}

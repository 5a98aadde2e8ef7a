import { Controller } from '@nestjs/common'
import { enrollmentTokens } from '@bootfleet/contracts'
import { createEnrollmentToken, listEnrollmentTokens, revokeEnrollmentToken } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class EnrollmentTokensController {
  @Endpoint(enrollmentTokens.list)
  list(@Input() { ctx, query }: InputOf<typeof enrollmentTokens.list>) {
    return listEnrollmentTokens(ctx, query)
  }

  @Endpoint(enrollmentTokens.create)
  create(@Input() { ctx, body }: InputOf<typeof enrollmentTokens.create>) {
    return createEnrollmentToken(ctx, body)
  }

  @Endpoint(enrollmentTokens.revoke)
  revoke(@Input() { ctx, params }: InputOf<typeof enrollmentTokens.revoke>) {
    return revokeEnrollmentToken(ctx, params)
  }
}

import { Controller } from '@nestjs/common'
import { audit } from '@bootfleet/contracts'
import { listAudit } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class AuditController {
  @Endpoint(audit.list)
  list(@Input() { ctx, query }: InputOf<typeof audit.list>) {
    return listAudit(ctx, query)
  }
}

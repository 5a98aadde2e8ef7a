import { Controller } from '@nestjs/common'
import { audit } from '@bootfleet/contracts'
import { listAudit, listAuditActors } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class AuditController {
  @Endpoint(audit.list)
  list(@Input() { ctx, query }: InputOf<typeof audit.list>) {
    return listAudit(ctx, query)
  }

  @Endpoint(audit.actors)
  actors(@Input() { ctx, query }: InputOf<typeof audit.actors>) {
    return listAuditActors(ctx, query)
  }
}

import { Controller } from '@nestjs/common'
import { fleet } from '@bootfleet/contracts'
import { getFleetBoots, getFleetSummary } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class FleetController {
  @Endpoint(fleet.summary)
  summary(@Input() { ctx }: InputOf<typeof fleet.summary>) {
    return getFleetSummary(ctx)
  }

  @Endpoint(fleet.boots)
  boots(@Input() { ctx, query }: InputOf<typeof fleet.boots>) {
    return getFleetBoots(ctx, query)
  }
}

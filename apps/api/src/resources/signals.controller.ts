import { Controller } from '@nestjs/common'
import { signals } from '@bootfleet/contracts'
import { listSignals, postSignal } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class SignalsController {
  @Endpoint(signals.post)
  post(@Input() { ctx, body }: InputOf<typeof signals.post>) {
    return postSignal(ctx, body)
  }

  @Endpoint(signals.list)
  list(@Input() { ctx, query }: InputOf<typeof signals.list>) {
    return listSignals(ctx, query)
  }
}

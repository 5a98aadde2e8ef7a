import { Controller } from '@nestjs/common'
import { freeze } from '@bootfleet/contracts'
import { endFreeze, startFreeze } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class FreezeController {
  @Endpoint(freeze.start)
  start(@Input() { ctx, body }: InputOf<typeof freeze.start>) {
    return startFreeze(ctx, body)
  }

  @Endpoint(freeze.end)
  end(@Input() { ctx }: InputOf<typeof freeze.end>) {
    return endFreeze(ctx, {})
  }

  @Endpoint(freeze.startGroup)
  startGroup(@Input() { ctx, params, body }: InputOf<typeof freeze.startGroup>) {
    return startFreeze(ctx, { ...params, ...body })
  }

  @Endpoint(freeze.endGroup)
  endGroup(@Input() { ctx, params }: InputOf<typeof freeze.endGroup>) {
    return endFreeze(ctx, params)
  }
}

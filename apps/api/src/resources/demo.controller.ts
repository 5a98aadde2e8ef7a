import { Controller } from '@nestjs/common'
import { demo } from '@bootfleet/contracts'
import { getDemo, removeDemo, startDemo } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class DemoController {
  @Endpoint(demo.get)
  get(@Input() { ctx }: InputOf<typeof demo.get>) {
    return getDemo(ctx)
  }

  @Endpoint(demo.start)
  start(@Input() { ctx, body }: InputOf<typeof demo.start>) {
    return startDemo(ctx, body)
  }

  @Endpoint(demo.remove)
  remove(@Input() { ctx }: InputOf<typeof demo.remove>) {
    return removeDemo(ctx)
  }
}

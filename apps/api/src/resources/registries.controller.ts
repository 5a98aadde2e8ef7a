import { Controller } from '@nestjs/common'
import { registries } from '@bootfleet/contracts'
import { createRegistry, deleteRegistry, listRegistries, updateRegistry } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class RegistriesController {
  @Endpoint(registries.list)
  list(@Input() { ctx, query }: InputOf<typeof registries.list>) {
    return listRegistries(ctx, query)
  }

  @Endpoint(registries.create)
  create(@Input() { ctx, body }: InputOf<typeof registries.create>) {
    return createRegistry(ctx, body)
  }

  @Endpoint(registries.update)
  update(@Input() { ctx, params, body }: InputOf<typeof registries.update>) {
    return updateRegistry(ctx, { ...params, ...body })
  }

  @Endpoint(registries.remove)
  remove(@Input() { ctx, params }: InputOf<typeof registries.remove>) {
    return deleteRegistry(ctx, params)
  }
}

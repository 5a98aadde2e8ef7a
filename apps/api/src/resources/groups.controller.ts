import { Controller } from '@nestjs/common'
import { groups } from '@bootfleet/contracts'
import { createGroup, deleteGroup, getGroup, getGroupUsage, listGroups, updateGroup } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class GroupsController {
  @Endpoint(groups.list)
  list(@Input() { ctx, query }: InputOf<typeof groups.list>) {
    return listGroups(ctx, query)
  }

  @Endpoint(groups.create)
  create(@Input() { ctx, body }: InputOf<typeof groups.create>) {
    return createGroup(ctx, body)
  }

  @Endpoint(groups.get)
  get(@Input() { ctx, params }: InputOf<typeof groups.get>) {
    return getGroup(ctx, params)
  }

  @Endpoint(groups.usage)
  usage(@Input() { ctx, params }: InputOf<typeof groups.usage>) {
    return getGroupUsage(ctx, params)
  }

  @Endpoint(groups.update)
  update(@Input() { ctx, params, body }: InputOf<typeof groups.update>) {
    return updateGroup(ctx, { ...params, ...body })
  }

  @Endpoint(groups.remove)
  remove(@Input() { ctx, params }: InputOf<typeof groups.remove>) {
    return deleteGroup(ctx, params)
  }
}

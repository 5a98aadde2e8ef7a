import { Controller } from '@nestjs/common'
import { channels } from '@bootfleet/contracts'
import {
  adoptDigest,
  createChannel,
  deleteChannel,
  getChannel,
  listChannels,
  updateChannel,
} from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class ChannelsController {
  @Endpoint(channels.list)
  list(@Input() { ctx, query }: InputOf<typeof channels.list>) {
    return listChannels(ctx, query)
  }

  @Endpoint(channels.create)
  create(@Input() { ctx, body }: InputOf<typeof channels.create>) {
    return createChannel(ctx, body)
  }

  @Endpoint(channels.get)
  get(@Input() { ctx, params }: InputOf<typeof channels.get>) {
    return getChannel(ctx, params)
  }

  @Endpoint(channels.update)
  update(@Input() { ctx, params, body }: InputOf<typeof channels.update>) {
    return updateChannel(ctx, { ...params, ...body })
  }

  @Endpoint(channels.adopt)
  adopt(@Input() { ctx, params, body }: InputOf<typeof channels.adopt>) {
    return adoptDigest(ctx, { ...params, ...body })
  }

  @Endpoint(channels.remove)
  remove(@Input() { ctx, params }: InputOf<typeof channels.remove>) {
    return deleteChannel(ctx, params)
  }
}

import { Controller } from '@nestjs/common'
import { releases } from '@bootfleet/contracts'
import { createRelease, getRelease, listReleases, updateRelease } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class ReleasesController {
  @Endpoint(releases.list)
  list(@Input() { ctx, params, query }: InputOf<typeof releases.list>) {
    return listReleases(ctx, { ...params, ...query })
  }

  @Endpoint(releases.create)
  create(@Input() { ctx, params, body }: InputOf<typeof releases.create>) {
    return createRelease(ctx, { ...params, ...body })
  }

  @Endpoint(releases.get)
  get(@Input() { ctx, params }: InputOf<typeof releases.get>) {
    return getRelease(ctx, params)
  }

  @Endpoint(releases.update)
  update(@Input() { ctx, params, body }: InputOf<typeof releases.update>) {
    return updateRelease(ctx, { ...params, ...body })
  }
}

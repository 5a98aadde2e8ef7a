import { Controller } from '@nestjs/common'
import { rollouts } from '@bootfleet/contracts'
import {
  abortRollout,
  approveRollout,
  createRollout,
  explainRollout,
  getRollout,
  listRolloutEvents,
  listRollouts,
  listTargets,
  pauseRollout,
  previewRollback,
  previewRollout,
  promoteRollout,
  rejectRollout,
  releaseSlot,
  resumeRollout,
  retryRollout,
  rollBackRollout,
  scheduleRollout,
  startRollout,
} from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class RolloutsController {
  @Endpoint(rollouts.create)
  create(@Input() { ctx, body }: InputOf<typeof rollouts.create>) {
    return createRollout(ctx, body)
  }

  @Endpoint(rollouts.preview)
  preview(@Input() { ctx, body }: InputOf<typeof rollouts.preview>) {
    return previewRollout(ctx, body)
  }

  @Endpoint(rollouts.list)
  list(@Input() { ctx, query }: InputOf<typeof rollouts.list>) {
    return listRollouts(ctx, query)
  }

  @Endpoint(rollouts.get)
  get(@Input() { ctx, params }: InputOf<typeof rollouts.get>) {
    return getRollout(ctx, params)
  }

  @Endpoint(rollouts.targets)
  targets(@Input() { ctx, params, query }: InputOf<typeof rollouts.targets>) {
    return listTargets(ctx, { ...params, ...query })
  }

  @Endpoint(rollouts.events)
  events(@Input() { ctx, params, query }: InputOf<typeof rollouts.events>) {
    return listRolloutEvents(ctx, { ...params, ...query })
  }

  @Endpoint(rollouts.explain)
  explain(@Input() { ctx, params }: InputOf<typeof rollouts.explain>) {
    return explainRollout(ctx, params)
  }

  @Endpoint(rollouts.start)
  start(@Input() { ctx, params }: InputOf<typeof rollouts.start>) {
    return startRollout(ctx, params)
  }

  @Endpoint(rollouts.schedule)
  schedule(@Input() { ctx, params, body }: InputOf<typeof rollouts.schedule>) {
    return scheduleRollout(ctx, { ...params, ...body })
  }

  @Endpoint(rollouts.approve)
  approve(@Input() { ctx, params, body }: InputOf<typeof rollouts.approve>) {
    return approveRollout(ctx, { ...params, ...body })
  }

  @Endpoint(rollouts.reject)
  reject(@Input() { ctx, params, body }: InputOf<typeof rollouts.reject>) {
    return rejectRollout(ctx, { ...params, ...body })
  }

  @Endpoint(rollouts.pause)
  pause(@Input() { ctx, params }: InputOf<typeof rollouts.pause>) {
    return pauseRollout(ctx, params)
  }

  @Endpoint(rollouts.resume)
  resume(@Input() { ctx, params, body }: InputOf<typeof rollouts.resume>) {
    return resumeRollout(ctx, { ...params, ...body })
  }

  @Endpoint(rollouts.promote)
  promote(@Input() { ctx, params, body }: InputOf<typeof rollouts.promote>) {
    return promoteRollout(ctx, { ...params, ...body })
  }

  @Endpoint(rollouts.abort)
  abort(@Input() { ctx, params }: InputOf<typeof rollouts.abort>) {
    return abortRollout(ctx, params)
  }

  @Endpoint(rollouts.retry)
  retry(@Input() { ctx, params }: InputOf<typeof rollouts.retry>) {
    return retryRollout(ctx, params)
  }

  @Endpoint(rollouts.previewRollBack)
  previewRollBack(@Input() { ctx, params }: InputOf<typeof rollouts.previewRollBack>) {
    return previewRollback(ctx, params)
  }

  @Endpoint(rollouts.rollBack)
  rollBack(@Input() { ctx, params }: InputOf<typeof rollouts.rollBack>) {
    return rollBackRollout(ctx, params)
  }

  @Endpoint(rollouts.releaseSlot)
  releaseSlot(@Input() { ctx, params, body }: InputOf<typeof rollouts.releaseSlot>) {
    return releaseSlot(ctx, { ...params, ...body })
  }
}

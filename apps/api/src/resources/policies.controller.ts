import { Controller } from '@nestjs/common'
import { policies } from '@bootfleet/contracts'
import {
  createPolicy,
  deletePolicy,
  getPolicy,
  listPolicies,
  listPolicyVersions,
  updatePolicy,
} from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class PoliciesController {
  @Endpoint(policies.list)
  list(@Input() { ctx, query }: InputOf<typeof policies.list>) {
    return listPolicies(ctx, query)
  }

  @Endpoint(policies.create)
  create(@Input() { ctx, body }: InputOf<typeof policies.create>) {
    return createPolicy(ctx, body)
  }

  @Endpoint(policies.get)
  get(@Input() { ctx, params }: InputOf<typeof policies.get>) {
    return getPolicy(ctx, params)
  }

  @Endpoint(policies.versions)
  versions(@Input() { ctx, params, query }: InputOf<typeof policies.versions>) {
    return listPolicyVersions(ctx, { ...params, ...query })
  }

  @Endpoint(policies.update)
  update(@Input() { ctx, params, body }: InputOf<typeof policies.update>) {
    return updatePolicy(ctx, { ...params, ...body })
  }

  @Endpoint(policies.remove)
  remove(@Input() { ctx, params }: InputOf<typeof policies.remove>) {
    return deletePolicy(ctx, params)
  }
}

import { Controller } from '@nestjs/common'
import { enrollments } from '@bootfleet/contracts'
import { approveEnrollment, listEnrollments, rejectEnrollment } from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class EnrollmentsController {
  @Endpoint(enrollments.list)
  list(@Input() { ctx, query }: InputOf<typeof enrollments.list>) {
    return listEnrollments(ctx, query)
  }

  @Endpoint(enrollments.approve)
  approve(@Input() { ctx, params }: InputOf<typeof enrollments.approve>) {
    return approveEnrollment(ctx, params)
  }

  @Endpoint(enrollments.reject)
  reject(@Input() { ctx, params }: InputOf<typeof enrollments.reject>) {
    return rejectEnrollment(ctx, params)
  }
}

import { Module, type DynamicModule } from '@nestjs/common'
import type { Services } from '@bootfleet/operations'
import type { LoginDoor } from './http/login-limiter.ts'
import { LiveController } from './live/live.controller.ts'
import type { LiveHub } from './live/live-hub.ts'
import { ApiTokensController } from './resources/api-tokens.controller.ts'
import { AuditController } from './resources/audit.controller.ts'
import { ChannelsController } from './resources/channels.controller.ts'
import { DemoController } from './resources/demo.controller.ts'
import { DevicesController } from './resources/devices.controller.ts'
import { EnrollmentTokensController } from './resources/enrollment-tokens.controller.ts'
import { EnrollmentsController } from './resources/enrollments.controller.ts'
import { FleetController } from './resources/fleet.controller.ts'
import { FreezeController } from './resources/freeze.controller.ts'
import { GroupsController } from './resources/groups.controller.ts'
import { PoliciesController } from './resources/policies.controller.ts'
import { RegistriesController } from './resources/registries.controller.ts'
import { ReleasesController } from './resources/releases.controller.ts'
import { RolloutsController } from './resources/rollouts.controller.ts'
import { SessionsController } from './resources/sessions.controller.ts'
import { SignalsController } from './resources/signals.controller.ts'
import type { ApiMetrics } from './service/api-metrics.ts'
import { ServiceController } from './service/service.controller.ts'
import { liveHubToken, loginDoorToken, metricsToken, secureCookiesToken, servicesToken } from './tokens.ts'

const controllers = [
  SessionsController,
  ChannelsController,
  ReleasesController,
  GroupsController,
  PoliciesController,
  DemoController,
  DevicesController,
  EnrollmentTokensController,
  EnrollmentsController,
  RolloutsController,
  FreezeController,
  FleetController,
  SignalsController,
  ApiTokensController,
  AuditController,
  RegistriesController,
  LiveController,
  ServiceController,
]

/** What controllers are given. */
export interface ApiParts {
  readonly services: Services
  readonly door: LoginDoor
  readonly hub: LiveHub
  readonly metrics: ApiMetrics
  readonly secureCookies: boolean
}

@Module({})
export class ApiModule {
  static with({ services, door, hub, metrics, secureCookies }: ApiParts): DynamicModule {
    const providers = [
      { provide: servicesToken, useValue: services },
      { provide: loginDoorToken, useValue: door },
      { provide: liveHubToken, useValue: hub },
      { provide: metricsToken, useValue: metrics },
      { provide: secureCookiesToken, useValue: secureCookies },
    ]
    return { module: ApiModule, controllers, providers }
  }
}

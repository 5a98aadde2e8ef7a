import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { SwaggerModule } from '@nestjs/swagger'
import { buildDocument } from './build-document.ts'

/** Serves the OpenAPI document at /v1/openapi.json and a page to read it at /v1/docs, both without credentials. */
export function serveDocument(app: NestFastifyApplication): void {
  SwaggerModule.setup('v1/docs', app, buildDocument(), {
    jsonDocumentUrl: 'v1/openapi.json',
    raw: ['json'],
    customSiteTitle: 'bootfleet API',
    swaggerOptions: { tryItOutEnabled: false, validatorUrl: null },
  })
}

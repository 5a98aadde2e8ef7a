import { STATUS_CODES } from 'node:http'
import type { OpenAPIObject } from '@nestjs/swagger'
import type { z } from 'zod'
import { api, Problem, type Endpoint } from '@bootfleet/contracts'
import { SchemaCollector } from './to-schema.ts'

type Json = Record<string, unknown>

const description = `Errors are problem documents (RFC 9457) with a stable \`code\`. Lists take \`cursor\` and \`limit\` and answer with
\`items\` and \`nextCursor\`. A POST with an \`Idempotency-Key\` is carried out once within a day.`

/** The OpenAPI 3.1 document of the contract. */
export function buildDocument(): OpenAPIObject {
  const schemas = new SchemaCollector()
  const problem = schemas.add(Problem, 'output')
  const paths: Record<string, Json> = {}
  for (const [resource, endpoints] of Object.entries(api)) {
    for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) {
      const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
      const operation = { operationId: `${resource}.${name}`, ...describe(endpoint, schemas, problem) }
      paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'bootfleet', version: '1', description },
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token or a session token.' },
        session: { type: 'apiKey', in: 'cookie', name: 'bootfleet_session' },
      },
    },
    security: [{ token: [] }, { session: [] }],
  } as OpenAPIObject
}

function describe(endpoint: Endpoint, schemas: SchemaCollector, problem: Json): Json {
  const { summary, tag, status, response, stream, body, method } = endpoint
  const type = stream ? 'text/event-stream' : 'application/json'
  const parameters = [
    ...fields(endpoint.params, 'path', schemas),
    ...fields(endpoint.query, 'query', schemas),
    ...(method === 'POST' && !endpoint.open ? [header('Idempotency-Key')] : []),
    ...(stream ? [header('Last-Event-ID')] : []),
  ]
  return {
    summary,
    tags: [tag],
    ...(endpoint.open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: !body.safeParse(undefined).success, content: json(schemas.add(body, 'input')) },
    }),
    responses: {
      [status]: {
        description: STATUS_CODES[status],
        ...(response && { content: { [type]: { schema: schemas.add(response, 'output') } } }),
      },
      default: { description: 'A problem', content: { 'application/problem+json': { schema: problem } } },
    },
  }
}

function fields(schema: z.ZodObject | undefined, place: 'path' | 'query', schemas: SchemaCollector): Json[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = schemas.add(schema, 'input') as { properties?: Json; required?: string[] }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }))
}

function header(name: string): Json {
  return { name, in: 'header', required: false, schema: { type: 'string' } }
}

function json(schema: Json): Json {
  return { 'application/json': { schema } }
}

import { z } from 'zod'

type Json = Record<string, unknown>

/** Turns zod schemas into schemas of an OpenAPI document; named ones become components. */
export class SchemaCollector {
  readonly #components: Json = {}

  /** Named schemas, sorted. Those of requests end in `Input`, since there what has a default may be left out. */
  get components(): Json {
    return Object.fromEntries(Object.entries(this.#components).toSorted(([one], [other]) => (one < other ? -1 : 1)))
  }

  /** The schema itself, or a reference to its component. */
  add(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, { io, override: dropPatterns }) as Json
    for (const [name, definition] of Object.entries($defs as Json)) {
      this.#components[componentName(name, io)] = relink(definition, io)
    }
    return relink(root, io) as Json
  }
}

// A format says it already, and the pattern of a date is longer than the rest of its schema.
function dropPatterns({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
}

function componentName(name: string, io: 'input' | 'output'): string {
  const isRequest = /^(Create|Update|Start|Resume|Release(?=Slot)|Unquarantine)/.test(name) || name.endsWith('Input')
  return io === 'input' && !isRequest ? `${name}Input` : name
}

function relink(value: unknown, io: 'input' | 'output'): unknown {
  if (Array.isArray(value)) return value.map((item) => relink(item, io))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (key === 'id') return typeof item === 'string' ? [] : [[key, relink(item, io)]]
      if (key !== '$ref' || typeof item !== 'string') return [[key, relink(item, io)]]
      return [
        [
          key,
          item.replace(/^#\/\$defs\/(.+)$/, (_, name: string) => `#/components/schemas/${componentName(name, io)}`),
        ],
      ]
    }),
  )
}

import { PolicyDocument, type Policy } from '@bootfleet/contracts'
import type { PolicyRow } from './find-policy.ts'

/** A policy row as the API serves it. */
export function presentPolicy({ id, name, description, version, spec, createdAt, updatedAt }: PolicyRow): Policy {
  return {
    id,
    name,
    description,
    version,
    spec: PolicyDocument.parse(spec),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

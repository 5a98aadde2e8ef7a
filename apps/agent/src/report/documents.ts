import type { DocumentBody, DriftDocument, InventoryDocument } from '@bootfleet/contracts'
import { sha256Hex } from '@bootfleet/pki'
import { plainJson } from '../plain-text.ts'

/** A document as it is sent, with the hash by which a change is told. */
export function documentOf(document: InventoryDocument | DriftDocument): DocumentBody {
  const plain = plainJson(document)
  return { hash: `sha256:${sha256Hex(JSON.stringify(plain))}`, document: plain }
}

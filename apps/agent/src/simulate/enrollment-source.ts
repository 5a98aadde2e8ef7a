import { readFile } from 'node:fs/promises'
import { CreatedEnrollmentToken, EnrollmentDocument } from '@bootfleet/contracts'
import { z } from 'zod'
import { callApi } from './api.ts'
import type { Api } from './api.ts'
import { labelsOf } from './traits.ts'
import type { Traits } from './traits.ts'

/** Where simulated devices get their enrollment documents. */
export interface EnrollmentSource {
  documentFor: (traits: Traits) => Promise<EnrollmentDocument | undefined>
  /** Nobody needs a document any more. */
  close: () => Promise<void>
}

const kindOf = ({ site, model }: Pick<Traits, 'site' | 'model'>): string => `${site}, ${model.name}`

/** Makes one token for each site and model, which carries their labels and lets in exactly `wanted` devices. */
export function tokensFromApi(api: Api, wanted: readonly Traits[], group: string): EnrollmentSource {
  const tokens = new Map<string, Promise<CreatedEnrollmentToken>>()

  function create(traits: Traits): Promise<CreatedEnrollmentToken> {
    const kind = kindOf(traits)
    const maxUses = wanted.filter((other) => kindOf(other) === kind).length
    const body = { name: `Simulated: ${kind}`, group, labels: labelsOf(traits), maxUses }
    return callApi(api, { method: 'POST', path: '/v1/enrollment-tokens', body }, CreatedEnrollmentToken)
  }

  return {
    documentFor: async (traits) => {
      const kind = kindOf(traits)
      const token = tokens.get(kind) ?? create(traits)
      tokens.set(kind, token)
      try {
        return (await token).document
      } catch (error) {
        tokens.delete(kind)
        throw error
      }
    },
    close: async () => {
      for (const token of await Promise.all(tokens.values())) {
        await callApi(api, { method: 'DELETE', path: `/v1/enrollment-tokens/${token.id}` }, z.undefined())
      }
      tokens.clear()
    },
  }
}

const ManyDocuments = z
  .array(z.strictObject({ site: z.string().optional(), model: z.string().optional(), document: EnrollmentDocument }))
  .min(1)

/**
 * One enrollment document for all, or a list of `{site?, model?, document}`, of which a device takes the first that is
 * for it. Labels are what their tokens give. Throws what is wrong with the file.
 */
export async function documentsFromFile(file: string): Promise<EnrollmentSource> {
  const content: unknown = JSON.parse(await readFile(file, 'utf8'))
  const one = EnrollmentDocument.safeParse(content)
  const documents = one.success ? [{ document: one.data }] : ManyDocuments.parse(content)
  return {
    documentFor: async ({ site, model }) =>
      documents.find((entry) => (entry.site ?? site) === site && (entry.model ?? model.name) === model.name)?.document,
    close: async () => undefined,
  }
}

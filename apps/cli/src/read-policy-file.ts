import { readFile } from 'node:fs/promises'
import { fieldErrors, PolicyInput } from '@bootfleet/contracts'
import { CliError } from './failure.ts'

/** What a file says of a policy: the recipe alone, or beside it its name and what it is for. */
export interface PolicyFile {
  readonly name?: string
  readonly description?: string
  readonly spec: PolicyInput
}

/** Reads a policy in JSON. Throws a usage error that names each field that is wrong. */
export async function readPolicyFile(file: string): Promise<PolicyFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CliError('usage', `The policy in ${file} cannot be read: check the path.`, { cause: error })
  })
  return parsePolicyFile(text, file)
}

/** The same of its text. `show --json` prints what this takes. */
export function parsePolicyFile(text: string, file: string): PolicyFile {
  const document = parseJson(text)
  const whole = typeof document === 'object' && document !== null && 'spec' in document
  const { data, error } = PolicyInput.safeParse(whole ? document.spec : document)
  if (!data) {
    const problems = fieldErrors(error).map(
      ({ field, message }) => `${field === '(all)' ? 'the document' : field}: ${message}`,
    )
    throw new CliError('usage', `${file} is not a policy. ${problems.join('; ')}.`)
  }
  return { spec: data, ...(whole && { ...textOf(document, 'name'), ...textOf(document, 'description') }) }
}

function textOf(document: object, name: string): Record<string, string> {
  const value = (document as Record<string, unknown>)[name]
  return typeof value === 'string' ? { [name]: value } : {}
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

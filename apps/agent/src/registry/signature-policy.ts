import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readOptional } from '../store/durable-file.ts'

type Requirement = { type?: unknown }
type Scopes = Record<string, Requirement[]>

/** What of the machine's configuration decides about signatures. `policy` is undefined where there is none. */
export interface SignatureConfiguration {
  policy: string | undefined
  /** Contents of the files in registries.d. */
  registries: string[]
}

/** Why images of this repository cannot be checked on this machine, with what to put where; undefined if they can. */
export async function findSignatureProblem(root: string, repository: string): Promise<string | undefined> {
  const read = (path: string) => readOptional(join(root, path))
  const policy = (await read('etc/containers/policy.json')) ?? (await read('usr/share/containers/policy.json'))
  const directory = join(root, 'etc/containers/registries.d')
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.yaml'))
  const registries = await Promise.all(names.map((name) => readOptional(join(directory, name))))
  return judgeSignatures({ policy, registries: registries.filter((text) => text !== undefined) }, repository)
}

/** The same as data. bootc itself refuses a policy whose default accepts anything. */
export function judgeSignatures(configuration: SignatureConfiguration, repository: string): string | undefined {
  const policy = parse(configuration.policy)
  if (policy === undefined)
    return `the channel wants signed images, and this machine has no policy.json: ${fragment(repository)}`
  const fallback = policy.default ?? []
  if (accepts(fallback)) {
    return `the default of policy.json accepts anything, so nothing is checked: make it reject, and ${fragment(repository)}`
  }
  const requirements = policy.docker[scopeOf(Object.keys(policy.docker), repository) ?? ''] ?? fallback
  if (accepts(requirements)) return `policy.json accepts any image of ${repository}: ${fragment(repository)}`
  const types = requirements.map(({ type }) => type)
  if (types.includes('reject')) return `policy.json rejects every image of ${repository}: ${fragment(repository)}`
  if (!types.includes('sigstoreSigned') || asksForAttachments(configuration.registries)) return undefined
  const entry = `docker: {${repository}: {use-sigstore-attachments: true}}`
  return `signatures of ${repository} are never fetched: write ${entry} to /etc/containers/registries.d/bootfleet.yaml`
}

function fragment(repository: string): string {
  const keyPath = '/etc/pki/containers/fleet.pub'
  const requirement = { type: 'sigstoreSigned', keyPath, signedIdentity: { type: 'matchRepository' } }
  return `add ${JSON.stringify({ [repository]: [requirement] })} to transports.docker of /etc/containers/policy.json`
}

function accepts(requirements: readonly Requirement[]): boolean {
  return requirements.length === 0 || requirements.some(({ type }) => type === 'insecureAcceptAnything')
}

/** The longest scope that holds the repository: itself, a parent, or `*.domain`. */
function scopeOf(scopes: readonly string[], repository: string): string | undefined {
  const holds = (scope: string): boolean => {
    if (scope.startsWith('*.')) return (repository.split('/')[0] ?? '').endsWith(scope.slice(1))
    return repository === scope || repository.startsWith(`${scope}/`)
  }
  return scopes.filter((scope) => scope !== '' && holds(scope)).toSorted((one, other) => other.length - one.length)[0]
}

/** Which scope they are for is left to the tools that read them: no parser of YAML is worth its memory here. */
function asksForAttachments(registries: readonly string[]): boolean {
  return registries.some((text) => /^\s*[^#]*\buse-sigstore-attachments:\s*true\b/m.test(text))
}

function parse(text: string | undefined): { default: Requirement[] | undefined; docker: Scopes } | undefined {
  try {
    const policy = JSON.parse(text ?? '') as { default?: Requirement[]; transports?: { docker?: Scopes } } | null
    return policy === null ? undefined : { default: policy.default, docker: policy.transports?.docker ?? {} }
  } catch {
    return undefined
  }
}

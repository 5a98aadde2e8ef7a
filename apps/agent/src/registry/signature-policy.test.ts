import { describe, expect, it } from 'vitest'
import { judgeSignatures } from './signature-policy.ts'

const repository = 'registry.test/os/edge'
const reject = [{ type: 'reject' }]
const signed = [{ type: 'sigstoreSigned', keyPath: '/k', signedIdentity: { type: 'matchRepository' } }]
const anything = [{ type: 'insecureAcceptAnything' }]
const attachments = 'docker:\n  registry.test/os:\n    use-sigstore-attachments: true\n'

function judge(policy: unknown, registries = [attachments]): string | undefined {
  return judgeSignatures({ policy: policy === undefined ? undefined : JSON.stringify(policy), registries }, repository)
}

describe('the signature policy of a machine', () => {
  it.each([
    ['names the repository', { default: reject, transports: { docker: { [repository]: signed } } }],
    [
      'names a parent of it',
      { default: reject, transports: { docker: { 'registry.test/os': signed, other: anything } } },
    ],
    ['names its domain', { default: reject, transports: { docker: { '*.test': signed } } }],
    ['checks everything', { default: signed }],
  ])('that %s is enough', (_case, policy) => {
    expect(judge(policy)).toBeUndefined()
  })

  it.each([
    ['is missing', undefined, /no policy\.json: add .*sigstoreSigned.* to transports\.docker/],
    ['accepts anything by default', { default: anything, transports: { docker: { [repository]: signed } } }, /default/],
    ['accepts this repository', { default: reject, transports: { docker: { [repository]: anything } } }, /accepts any/],
    ['only rejects', { default: reject }, /rejects every image of registry\.test\/os\/edge/],
    ['is no policy', null, /no policy\.json/],
  ])('that %s is told, with what to write', (_case, policy, told) => {
    expect(judge(policy)).toMatch(told)
  })

  it('is of no use where signatures are never fetched', () => {
    const policy = { default: reject, transports: { docker: { [repository]: signed } } }
    expect(judge(policy, [])).toMatch(/write docker: .*use-sigstore-attachments: true.* to .*registries\.d/)
    expect(judge(policy, ['# use-sigstore-attachments: true\n'])).toMatch(/never fetched/)
  })
})

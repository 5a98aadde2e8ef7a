import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { parseStatus } from './parse-status.ts'

const fixtures = fileURLToPath(new URL('../../../../libs/testkit/src/fake-machine/fixtures/', import.meta.url))

function status(name: string) {
  const text = readFileSync(`${fixtures}${name}`, 'utf8')
  const tags = [{ tag: '!ostreeRemote', resolve: (value: string) => ({ ostreeRemote: value }) }]
  return parseStatus(parseDocument(text, { customTags: tags }).toJS())
}

describe('the status of bootc', () => {
  it.each(readdirSync(fixtures).filter((name) => name.startsWith('spec-')))('is read from %s', (name) => {
    expect(() => status(name)).not.toThrow()
  })

  it('of a machine without bootc has nothing booted', () => {
    expect(status('spec-v1-null.json')).toMatchObject({ kind: 'none', booted: null, staged: null })
  })

  it('names deployments, digests and references', () => {
    expect(status('spec-staged-booted.yaml')).toMatchObject({
      kind: 'bootc',
      backend: 'ostree',
      booted: {
        ref: 'quay.io/example/someimage:latest',
        digest: 'sha256:736b359467c9437c1ac915acaae952aad854e07eb4a16a94999a48af08c83c34',
        id: 'default/26836632adf6228d64ef07a26fd3efaf177104efd1f341a2cf7909a3e4e2c72c.0',
      },
      staged: { version: 'nightly', locked: false },
    })
  })

  it('tells what is locked, pinned, layered and overlaid', () => {
    expect(status('spec-staged-download-only.yaml').staged?.locked).toBe(true)
    expect(status('spec-booted-pinned.yaml').booted?.pinned).toBe(true)
    expect(status('spec-rfe-ostree-deployment.yaml')).toMatchObject({ kind: 'ostree', staged: { incompatible: true } })
    expect(status('spec-booted-usroverlay.yaml').usrOverlay).toBeTypeOf('string')
    expect(status('spec-ostree-to-bootc.yaml').kind).toBe('ostree')
  })

  it('of anything else is refused', () => {
    for (const other of [null, 7, [], {}, { kind: 'BootcHost' }, { kind: 'Other', status: {} }]) {
      expect(() => parseStatus(other)).toThrow(/BootcHost/)
    }
  })
})

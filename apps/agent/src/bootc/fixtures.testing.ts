import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseDocument } from 'yaml'

// Documents of bootc and rpm-ostree themselves; their origin and licence are in the README beside them.
const folder = fileURLToPath(new URL('../../../../libs/testkit/src/fake-machine/fixtures/', import.meta.url))
const remoteTag = { tag: '!ostreeRemote', resolve: (value: string) => ({ ostreeRemote: value }) }

export const statusFixtures = readdirSync(folder).filter((name) => name.startsWith('spec-'))
export const rpmOstreeFixtures = readdirSync(folder).filter((name) => name.startsWith('rpm-ostree-'))

/** One of them as data. */
export function fixture(name: string): unknown {
  return parseDocument(readFileSync(`${folder}${name}`, 'utf8'), { customTags: [remoteTag] }).toJS()
}

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { enrollSteps } from './enroll-steps.ts'

const repository = join(import.meta.dirname, '../../../..')
const document = JSON.stringify({ url: 'https://fleet.test:8443', token: 't'.repeat(43), caSha256: 'f'.repeat(64) })

test('on 80 columns every line is whole, but for the document itself', () => {
  for (const source of [{ text: document }, { file: 'enroll.json' }]) {
    const lines = enrollSteps(source, repository)
    expect(lines.filter((line) => line.length > 80 && !line.includes(document))).toEqual([])
    expect(lines).toContain('scp apps/agent/dist/bootfleet-agent.tar.gz root@DEVICE:/tmp/')
  }
})

test('elsewhere paths are whole, and quoted where a shell would take them apart', () => {
  const lines = enrollSteps({ file: "it's here.json" }, '/')
  expect(lines).toContain(`  /var/lib/bootfleet/enroll.json < 'it'\\''s here.json'`)
  expect(lines).toContain(
    `scp ${join(repository, 'apps/agent/dist/bootfleet-agent.tar.gz').slice(1)} root@DEVICE:/tmp/`,
  )
})

import { expect, test } from 'vitest'
import { readdirSync, readFileSync } from 'node:fs'
import { notGrowing, retentionRules } from './retention.ts'

const schema = new URL('../../../../prisma/schema/', import.meta.url)

function tablesOfSchema(): string[] {
  const texts = readdirSync(schema).map((name) => readFileSync(new URL(name, schema), 'utf8'))
  return texts.flatMap((text) => [...text.matchAll(/@@map\("(\w+)"\)/g)].map((match) => match[1]!))
}

test('every table either has a rule for how its rows end or a reason why it does not grow', () => {
  const listed = [...retentionRules.map(({ table }) => table), ...Object.keys(notGrowing)]
  expect(listed.toSorted()).toEqual(tablesOfSchema().toSorted())
})

test('every reason says something', () => {
  for (const reason of Object.values(notGrowing)) expect(reason).toMatch(/\w+ \w+/)
})

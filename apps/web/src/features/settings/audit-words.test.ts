import { expect, test } from 'vitest'
import { detailText, subjectHref } from './audit-words.ts'

test('detail is one line, however long it was', () => {
  expect(detailText({})).toBe('')
  expect(detailText({ reason: 'incident', changed: ['budget'] })).toBe('reason: incident, changed: ["budget"]')
  expect(detailText({ reason: 'x'.repeat(500) })).toHaveLength(161)
})

test('what has a page is linked', () => {
  expect(subjectHref({ kind: 'rollout', id: 'r' })).toBe('/rollouts/r')
  expect(subjectHref({ kind: 'api_token', id: 't' })).toBeUndefined()
})

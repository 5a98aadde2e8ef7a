import { PolicyInput } from '@bootfleet/contracts'
import { expect, test } from 'vitest'
import { parsePolicyFile } from './read-policy-file.ts'

test('a file holds the recipe alone, or the policy as the API serves it', () => {
  const spec = PolicyInput.parse({ approvals: 2 })
  expect(parsePolicyFile('{"approvals": 2}', 'p.json')).toEqual({ spec })
  const served = JSON.stringify({ id: 'x', name: 'careful', description: 'kiosks', version: 3, spec })
  expect(parsePolicyFile(served, 'p.json')).toEqual({ name: 'careful', description: 'kiosks', spec })
})

test('each field that is wrong is named', () => {
  const text = '{"waves": [{"name": "canary", "size": {"count": 0}}], "onTrip": "panic"}'
  expect(() => parsePolicyFile(text, 'p.json')).toThrow(/p\.json is not a policy\. waves\.0\.size\.count: .*onTrip: /)
  expect(() => parsePolicyFile('waves: []', 'p.yaml')).toThrow(/p\.yaml is not a policy\. the document: /)
})

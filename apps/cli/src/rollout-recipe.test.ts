import { expect, test } from 'vitest'
import { createCommand } from './rollout-recipe.ts'

const id = '0198c0de-0000-7000-8000-000000000001'

test('the command that creates what was previewed names its id, and can be pasted into a shell', () => {
  const options = {
    channel: 'edge-stable',
    release: '1.0',
    policy: '@fast.json',
    selector: "site=berlin,name in (o'k)",
  }
  expect(createCommand(options, id)).toBe(
    `bootfleet rollouts create --channel edge-stable --release 1.0 --policy @fast.json --selector 'site=berlin,name in (o'\\''k)' --id ${id}`,
  )
})

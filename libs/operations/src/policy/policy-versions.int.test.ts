import { afterEach, expect, test } from 'vitest'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import { createRollout } from '../rollout/create-rollout.ts'
import { getRollout } from '../rollout/get-rollout.ts'
import { createPolicy } from './create-policy.ts'
import { deletePolicy } from './delete-policy.ts'
import { listPolicyVersions } from './list-policy-versions.ts'
import { updatePolicy } from './update-policy.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const recipe = (approvals: number) => quickPolicy({ approvals })
const versions = async (limit = 50, cursor?: string) =>
  listPolicyVersions(fleet.ctx, { policy: 'careful', limit, ...(cursor !== undefined && { cursor }) })

test('every version of a policy is kept, a rollout names its own, and both outlive changes and the policy', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  await createPolicy(fleet.ctx, { name: 'careful', spec: recipe(1) })
  const input = { channel: 'edge-stable', release: await fleet.release(1), policy: 'careful', start: 'draft' } as const
  await updatePolicy(fleet.ctx, { policy: 'careful', spec: recipe(2), version: 1 })
  const { id } = await createRollout(fleet.ctx, input)
  await updatePolicy(fleet.ctx, { policy: 'careful', spec: recipe(3), version: 2 })
  await updatePolicy(fleet.ctx, { policy: 'careful', description: 'for kiosks', version: 3 })
  const first = await versions(2)
  const { items } = await versions(2, first.nextCursor!)
  const all = [...first.items, ...items].map(({ version, spec }) => [version, spec.approvals])
  expect(all).toEqual([
    [3, 3],
    [2, 2],
    [1, 1],
  ])
  const frozen = { policyName: 'careful', policyVersion: 2, policy: { approvals: 2 } }
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject(frozen)
  await deletePolicy(fleet.ctx, { policy: 'careful' })
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject(frozen)
  await expect(versions()).rejects.toMatchObject({ code: 'not_found' })
})

test('of two who change the same version of a policy one is refused, and loses nothing of the other', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  await createPolicy(fleet.ctx, { name: 'careful', spec: recipe(0) })
  const change = (approvals: number) =>
    updatePolicy(fleet.ctx, { policy: 'careful', spec: recipe(approvals), version: 1 })
  const results = await Promise.allSettled([change(1), change(2)])
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'conflict', reason: 'version_conflict', message: expect.stringContaining('is at version 2') },
  })
  expect((await versions()).items.map(({ version }) => version)).toEqual([2, 1])
})

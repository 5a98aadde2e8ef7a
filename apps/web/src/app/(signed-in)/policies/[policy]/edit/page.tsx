import type { Metadata } from 'next'
import { PolicyEditor } from '../../../../../features/policies/policy-editor.tsx'
import { readMe, refusalOf } from '../../../../../lib/read-me.ts'
import { readApi } from '../../../../../lib/server-api.ts'

export const metadata: Metadata = { title: 'Edit a policy' }

export default async function EditPolicyPage({ params }: PageProps<'/policies/[policy]/edit'>) {
  const { policy: key } = await params
  const [policy, me] = await Promise.all([readApi((api) => api.policies.get({ params: { policy: key } })), readMe()])
  return (
    <>
      <h1>Edit {policy.name}</h1>
      <PolicyEditor policy={policy} spec={policy.spec} refusal={refusalOf(me, 'policy:write')} />
    </>
  )
}

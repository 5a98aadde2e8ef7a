import { PolicyInput } from '@bootfleet/contracts'
import type { Metadata } from 'next'
import { PolicyEditor } from '../../../features/policies/policy-editor.tsx'
import { readMe, refusalOf } from '../../../lib/read-me.ts'

export const metadata: Metadata = { title: 'Write a policy' }

export default async function NewPolicyPage() {
  const me = await readMe()
  return (
    <>
      <h1>Write a policy</h1>
      <PolicyEditor spec={PolicyInput.parse({})} refusal={refusalOf(me, 'policy:write')} />
    </>
  )
}

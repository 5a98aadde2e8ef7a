import type { Metadata } from 'next'
import { GroupEditor } from '../../../../../features/groups/group-editor.tsx'
import { readMe, refusalOf } from '../../../../../lib/read-me.ts'
import { readApi } from '../../../../../lib/server-api.ts'

export const metadata: Metadata = { title: 'Edit a group' }

export default async function EditGroupPage({ params }: PageProps<'/groups/[group]/edit'>) {
  const { group: key } = await params
  const [group, channels] = await readApi((api) =>
    Promise.all([api.groups.get({ params: { group: key } }), api.channels.list({ query: { limit: 200 } })]),
  )
  const me = await readMe()
  return (
    <>
      <h1>Edit {group.name}</h1>
      <GroupEditor group={group} channels={channels.items} refusal={refusalOf(me, 'group:write')} now={Date.now()} />
    </>
  )
}

'use client'

import { useRouter } from 'next/navigation'
import { formText } from '../../lib/form-text.ts'
import { paths } from '../../lib/paths.ts'
import { useAction } from '../../lib/use-action.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'

export function CreateChannel({ refusal }: { refusal: string | undefined }) {
  const { run, busy, problem } = useAction()
  const router = useRouter()
  async function create(form: FormData) {
    const body = { name: formText(form, 'name') ?? '', repository: formText(form, 'repository') ?? '' }
    const made = await run((api) => api.channels.create({ body }))
    if (made) router.push(paths.channel(made.name))
  }
  return (
    <SubmitForm label="Create a channel" submit="Create channel" onSubmit={create} {...{ busy, problem, refusal }}>
      <label>
        Name
        <input name="name" required maxLength={63} autoComplete="off" placeholder="edge-stable" />
      </label>
      <label>
        Repository of its images
        <input
          name="repository"
          required
          maxLength={255}
          autoComplete="off"
          placeholder="registry.example.com/os/edge"
        />
      </label>
    </SubmitForm>
  )
}

import { releaseTitle } from '../channels/release-title.ts'
import { paths } from '../../lib/paths.ts'
import { AutoForm } from '../../ui/auto-form.tsx'
import { Select } from '../../ui/select.tsx'
import { TextFilter } from '../../ui/text-filter.tsx'
import type { PlanView } from './read-plan.ts'

/** What to roll out to whom. Each choice shows at once what it would do; nothing is made by it. */
export function PlanForm({ channels, releases, policies, plan }: PlanView) {
  const channel = channels.find(({ name }) => name === plan.channel)
  return (
    <AutoForm label="Plan" action={paths.newRollout()} submit="Show the plan">
      <Select label="Channel" name="channel" value={plan.channel} options={channels.map(({ name }) => [name, name])} />
      <Select
        label="Release"
        name="release"
        value={plan.release}
        options={releases.map((release) => [release.id, releaseTitle(release)])}
      />
      <Select
        label="Policy"
        name="policy"
        value={plan.policy}
        none={channel?.defaultPolicy ? `${channel.defaultPolicy.name} (of the channel)` : 'standard'}
        options={policies.map(({ name }) => [name, name])}
      />
      <TextFilter
        label="Only devices with labels"
        name="selector"
        value={plan.selector}
        maxLength={1000}
        placeholder="site=berlin, model in (a,b)"
      />
      <TextFilter
        label="Leave out devices with labels"
        name="exclude"
        value={plan.exclude}
        maxLength={1000}
        placeholder="vip=true"
      />
    </AutoForm>
  )
}

import { deviceHealths, deviceStates, type Channel, type Group } from '@bootfleet/contracts'
import { paths, type DeviceFilters as Filters } from '../../lib/paths.ts'
import { inWords } from '../../lib/words.ts'
import { AutoForm } from '../../ui/auto-form.tsx'
import { Select } from '../../ui/select.tsx'
import { TextFilter } from '../../ui/text-filter.tsx'

interface DeviceFiltersProps {
  filters: Filters
  groups: Group[]
  channels: Channel[]
}

export function DeviceFilters({ filters, groups, channels }: DeviceFiltersProps) {
  const named = (items: { name: string }[]) => items.map(({ name }) => [name, name] as const)
  return (
    <AutoForm label="Devices" action={paths.devices()} submit="Search">
      <TextFilter label="Name or hardware id" name="q" value={filters.q} maxLength={100} />
      <Select
        label="Connection"
        name="state"
        value={filters.state}
        none="any"
        options={deviceStates.map((state) => [state, inWords(state)])}
      />
      <Select
        label="Health"
        name="health"
        value={filters.health}
        none="any"
        options={deviceHealths.map((health) => [health, health])}
      />
      <Select
        label="Quarantine"
        name="quarantined"
        value={filters.quarantined}
        none="any"
        options={[
          ['true', 'with a quarantined image'],
          ['false', 'without'],
        ]}
      />
      <Select label="Group" name="group" value={filters.group} none="every group" options={named(groups)} />
      <Select label="Channel" name="channel" value={filters.channel} none="every channel" options={named(channels)} />
      <Select
        label="Drift"
        name="drifted"
        value={filters.drifted}
        none="any"
        options={[
          ['true', 'not just their image'],
          ['false', 'just their image'],
        ]}
      />
      <TextFilter label="Labels" name="selector" value={filters.selector} maxLength={1000} placeholder="site=berlin" />
      {filters.digest && <TextFilter label="Booted digest" name="digest" value={filters.digest} maxLength={80} />}
    </AutoForm>
  )
}

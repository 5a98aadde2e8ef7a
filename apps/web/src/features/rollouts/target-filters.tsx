import { TargetState, type RolloutWave } from '@bootfleet/contracts'
import type { TargetFilters as Filters } from '../../lib/paths.ts'
import { paths } from '../../lib/paths.ts'
import { inWords } from '../../lib/words.ts'
import { AutoForm } from '../../ui/auto-form.tsx'
import { Select } from '../../ui/select.tsx'

interface TargetFiltersProps {
  id: string
  waves: RolloutWave[]
  filters: Filters
}

export function TargetFilters({ id, waves, filters }: TargetFiltersProps) {
  return (
    <AutoForm label="Targets" action={paths.rollout(id)} submit="Show">
      <Select
        label="Wave"
        name="wave"
        value={filters.wave}
        none="every wave"
        options={waves.map(({ index, name }) => [String(index), `${index + 1} ${name}`])}
      />
      <Select
        label="State"
        name="state"
        value={filters.state}
        none="every state"
        options={TargetState.options.map((state) => [state, inWords(state)])}
      />
      {(filters.excused ?? waves.some(({ excused }) => excused > 0)) && (
        <Select
          label="Excused"
          name="excused"
          value={filters.excused}
          none="or not"
          options={[['true', 'failed, and gone on without']]}
        />
      )}
    </AutoForm>
  )
}

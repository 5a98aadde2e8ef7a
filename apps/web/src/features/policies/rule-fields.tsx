'use client'

import { CheckField, ChoiceField, DurationField, NamesField, NumberField, TextField } from '../editor/fields.tsx'

/** What holds for the whole rollout. */
export function RuleFields() {
  return (
    <>
      <div className="grid-fields wide-fields">
        <NumberField path="spec.approvals" label="Other people who must approve" min={0} max={10} />
        <ChoiceField
          path="spec.onTrip"
          label="When a gate trips"
          options={[
            ['pause', 'pause, a person decides'],
            ['abort', 'abort'],
            ['rollback', 'roll every device back'],
          ]}
        />
        <ChoiceField
          path="spec.windows"
          label="Windows of groups"
          options={[
            ['respect', 'respect them'],
            ['ignore', 'ignore them: apply at any time'],
          ]}
        />
        <ChoiceField
          path="spec.unreachable"
          label="Unreachable devices"
          options={[
            ['replace', 'give their place to the next'],
            ['wait', 'wait for them'],
            ['fail', 'count as failed'],
          ]}
        />
        <ChoiceField
          path="spec.lateJoiners"
          label="Devices that come late"
          options={[
            ['ignore', 'update them once it is completed'],
            ['append', 'add them to the last wave'],
          ]}
        />
        <TextField path="spec.stratifyBy" label="Deal over the values of label" empty={null} placeholder="site" />
        <TextField path="spec.exclude" label="Leave out devices with labels" empty={null} placeholder="vip=true" />
        <NamesField path="spec.healthUnits" label="Units that must be active" placeholder="kiosk.service, …" />
      </div>
      <CheckField path="spec.softReboot" label="Restart userspace alone where that is enough" />
    </>
  )
}

/** Time limits; a closed window and a pause do not count against them. */
export function TimeoutFields() {
  return (
    <div className="grid-fields">
      <DurationField path="spec.timeouts.downloadSec" label="To download" />
      <DurationField path="spec.timeouts.grantSec" label="To use a grant" />
      <DurationField path="spec.timeouts.applySec" label="To come back" />
      <DurationField path="spec.timeouts.healthSec" label="To report healthy" />
      <DurationField path="spec.timeouts.unreachableAfterSec" label="Unreachable after" />
      <DurationField path="spec.timeouts.giveUpAfterSec" label="Last wave gives up" />
      <DurationField path="spec.jitterSec" label="Spread of reboots" />
      <DurationField path="spec.observeForSec" label="Watched after its end" />
    </div>
  )
}

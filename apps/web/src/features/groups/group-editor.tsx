'use client'

import { Blackouts, UpdateGroup, Windows, type Channel, type Group } from '@bootfleet/contracts'
import { useDeferredValue, useState, useSyncExternalStore } from 'react'
import { changesOf, type Draft } from '../../lib/draft.ts'
import { paths } from '../../lib/paths.ts'
import { Panel } from '../../ui/panel.tsx'
import { EditorForm } from '../editor/editor-form.tsx'
import { ChoiceField, NumberField, ShareField, TextField } from '../editor/fields.tsx'
import { useEditor } from '../editor/use-editor.ts'
import { BlackoutsEditor } from './blackouts-editor.tsx'
import { OpeningsList } from './openings-list.tsx'
import { WindowsEditor } from './windows-editor.tsx'

interface GroupEditorProps {
  group: Group
  channels: Channel[]
  refusal: string | undefined
  /** Epoch milliseconds of the server. */
  now: number
}

/** Changes what binds the devices of a group. It holds for rollouts under way too, at once. */
export function GroupEditor({ group, channels, refusal, now }: GroupEditorProps) {
  const { name, description, channel, budget, windows, blackouts } = group
  // As it was read first: what is fetched anew under the fields is somebody else's change, which saving must leave alone.
  const [initial] = useState<Draft>({
    name,
    description,
    channel: channel?.name ?? null,
    budget,
    windows,
    blackouts,
  })
  const editor = useEditor(initial, UpdateGroup)
  return (
    <EditorForm
      label="Group"
      editor={editor}
      refusal={refusal}
      back={paths.group(name)}
      save={async (api, draft) => {
        const body = UpdateGroup.parse(changesOf(initial, draft))
        const saved = await api.groups.update({ params: { group: group.id }, body })
        return paths.group(saved.name)
      }}
    >
      <p className="note">Rollouts that are under way follow what you save from the same moment on.</p>
      <Panel title="Group">
        <div className="grid-fields wide-fields">
          <TextField path="name" label="Name" empty="" />
          <TextField path="description" label="What it is for" empty="" />
          <ChoiceField
            path="channel"
            label="Channel that it follows"
            none="none"
            options={channels.map((other) => [other.name, other.name])}
          />
        </div>
      </Panel>
      <Panel title="How many at a time">
        <div className="grid-fields">
          <ShareField path="budget.maxUnavailable" label="Away to apply" hint="a count, or % of the group" />
          <TextField path="budget.groupBy" label="Also by the value of label" placeholder="site" hint="or empty" />
          <ShareField
            path="budget.maxUnavailablePerValue"
            label="Away of each value"
            hint="as above where it is empty"
          />
          <NumberField path="budget.maxDownloading" label="Downloading" min={1} />
        </div>
      </Panel>
      <Panel title="When devices may apply">
        <WindowsEditor />
        <Openings draft={editor.draft} now={now} />
      </Panel>
      <Panel title="Blackouts">
        <BlackoutsEditor now={now} />
      </Panel>
      <ZoneNames />
    </EditorForm>
  )
}

/** What the windows come to as they are typed; deferred, since a rare cron expression takes a moment. */
function Openings({ draft, now }: { draft: Readonly<Record<string, unknown>>; now: number }) {
  const { windows, blackouts } = useDeferredValue(draft)
  const [given, closed] = [Windows.safeParse(windows), Blackouts.safeParse(blackouts)]
  return (
    <>
      <h3>Next openings</h3>
      {given.success && closed.success ? (
        <OpeningsList windows={given.data} blackouts={closed.data} now={now} />
      ) : (
        <p className="quiet">They are shown when windows and blackouts are as they should be.</p>
      )}
    </>
  )
}

const never = () => () => {}

/** Zones that the browser knows, offered while one is typed; the server's list may be another. */
function ZoneNames() {
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  return (
    <datalist id="zones">
      {inBrowser && ['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => <option key={zone} value={zone} />)}
    </datalist>
  )
}

'use client'

import { CreatePolicy, UpdatePolicy, type Policy, type PolicyDocument } from '@bootfleet/contracts'
import { useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { Panel } from '../../ui/panel.tsx'
import { EditorForm } from '../editor/editor-form.tsx'
import { TextField } from '../editor/fields.tsx'
import { JsonField } from '../editor/json-field.tsx'
import { useEditor } from '../editor/use-editor.ts'
import { RuleFields, TimeoutFields } from './rule-fields.tsx'
import { WavesEditor } from './waves-editor.tsx'

interface PolicyEditorProps {
  /** The one that is changed; without it one is made. */
  policy?: Pick<Policy, 'name' | 'description' | 'version'>
  spec: PolicyDocument
  refusal: string | undefined
}

/** Makes a policy, or changes one for the rollouts to come. */
export function PolicyEditor({ policy, spec, refusal }: PolicyEditorProps) {
  // The one that was read first: a page that is fetched anew under the fields must not hide what somebody else has changed.
  const [read] = useState(policy)
  const editor = useEditor({ name: read?.name ?? '', description: read?.description ?? '', spec }, CreatePolicy)
  return (
    <EditorForm
      label="Policy"
      editor={editor}
      refusal={refusal}
      back={read === undefined ? paths.policies() : paths.policy(read.name)}
      save={async (api, draft) => {
        const saved =
          read === undefined
            ? await api.policies.create({ body: CreatePolicy.parse(draft) })
            : await api.policies.update({
                params: { policy: read.name },
                body: UpdatePolicy.parse({ ...draft, version: read.version }),
              })
        return paths.policy(saved.name)
      }}
    >
      {read !== undefined && (
        <p className="note">
          Rollouts that were made already keep version {read.version} or the one that they began with. What you save is
          version {read.version + 1}, for the rollouts to come.
        </p>
      )}
      <Panel title="Policy">
        <div className="grid-fields wide-fields">
          <TextField path="name" label="Name" empty="" placeholder="careful" />
          <TextField path="description" label="What it is for" empty="" />
        </div>
      </Panel>
      <Panel title="Waves">
        <WavesEditor />
      </Panel>
      <Panel title="Rules">
        <RuleFields key={editor.revision} />
      </Panel>
      <Panel title="Time limits">
        <TimeoutFields key={editor.revision} />
      </Panel>
      <Panel title="The whole recipe">
        <details>
          <summary>Edit as JSON</summary>
          <JsonField
            path="spec"
            label="Recipe"
            hint="the fields above follow what is written here, and the other way round"
          />
        </details>
      </Panel>
    </EditorForm>
  )
}

'use client'

import type { Channel, Group } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import Link from 'next/link'
import { counted } from '../../lib/amounts.ts'
import { formText } from '../../lib/form-text.ts'
import { paths } from '../../lib/paths.ts'
import { SubmitForm } from '../../ui/submit-form.tsx'

interface ChannelGroupsProps {
  channel: Pick<Channel, 'id' | 'name'>
  groups: Group[]
  refusal: string | undefined
}

/** The groups whose devices get the releases of the channel, and the way to add one. */
export function ChannelGroups({ channel, groups, refusal }: ChannelGroupsProps) {
  const followers = groups.filter((group) => group.channel?.id === channel.id)
  const others = groups.filter((group) => group.channel?.id !== channel.id)
  function bind(api: Client, form: FormData) {
    const group = formText(form, 'group') ?? ''
    return api.groups.update({ params: { group }, body: { channel: channel.name } })
  }
  return (
    <>
      {followers.length === 0 && <p className="quiet">No group follows it: a rollout would find no device.</p>}
      <ul className="reasons">
        {followers.map(({ id, name, devices }) => (
          <li key={id}>
            <Link href={paths.devices({ group: name })}>{name}</Link>, {counted(devices, 'device')}
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <SubmitForm label="Let a group follow" submit="Follow" refusal={refusal} send={bind}>
          <label>
            Group
            <select name="group">
              {others.map(({ id, name, devices, channel: other }) => (
                <option key={id} value={name}>
                  {name}, {counted(devices, 'device')}
                  {other && `, leaves ${other.name}`}
                </option>
              ))}
            </select>
          </label>
        </SubmitForm>
      )}
    </>
  )
}

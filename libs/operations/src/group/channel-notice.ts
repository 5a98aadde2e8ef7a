import type { Because } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'

/** What a person has to do for devices whose group follows another channel since: nothing moves a whole group by itself. */
export async function channelNotice(tx: Tx, channelId: string): Promise<Because> {
  const { name, currentReleaseId } = await tx.channel.findUniqueOrThrow({ where: { id: channelId } })
  const release = currentReleaseId && (await tx.release.findUnique({ where: { id: currentReleaseId } }))
  if (!release) {
    const message = `The devices of the group stay on what they run. The channel "${name}" has no current release: publish one and roll it out.`
    return { code: 'group.channel_changed', message, channel: name }
  }
  const called = release.version ?? release.tag ?? release.id
  const message = `The devices of the group stay on what they run. To move them to what is current on the channel "${name}", start a rollout of release ${called} there; devices that run it already are left out.`
  return { code: 'group.channel_changed', message, channel: name, release: release.id }
}

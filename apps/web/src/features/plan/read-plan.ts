import type { Channel, Policy, Release, RolloutPreview, Problem } from '@bootfleet/contracts'
import type { RolloutPlan } from '../../lib/paths.ts'
import { readApi, readApiOrProblem } from '../../lib/server-api.ts'
import { rolloutBody } from './rollout-body.ts'

export interface PlanView {
  channels: Channel[]
  releases: Release[]
  policies: Policy[]
  /** What the form shows: what the URL says, completed by what is likely meant. */
  plan: RolloutPlan
  preview?: RolloutPreview | undefined
  problem?: Problem | undefined
}

/** Reads what can be chosen, and what the choice would do. Without a channel or a release nothing is planned. */
export async function readPlan(asked: RolloutPlan): Promise<PlanView> {
  const { channels, policies } = await readApi(async (api) => {
    const query = { limit: 200 }
    const [channelPage, policyPage] = await Promise.all([api.channels.list({ query }), api.policies.list({ query })])
    return { channels: channelPage.items, policies: policyPage.items }
  })
  const channel = channels.find(({ id, name }) => asked.channel === name || asked.channel === id) ?? channels[0]
  if (channel === undefined) return { channels, policies, releases: [], plan: asked }
  const { items: releases } = await readApi((api) =>
    api.releases.list({ params: { channel: channel.id }, query: { limit: 100 } }),
  )
  const release = releases.find(({ id }) => id === asked.release) ?? releases[0]
  const plan = { ...asked, channel: channel.name, release: release?.id }
  if (release === undefined) return { channels, policies, releases, plan }
  const body = { ...rolloutBody(plan), channel: channel.id, release: release.id }
  const { value, problem } = await readApiOrProblem((api) => api.rollouts.preview({ body }))
  return { channels, policies, releases, plan, preview: value, problem }
}

import type { PolicyInput } from '@bootfleet/contracts'
import { waitFor } from '@bootfleet/testkit'
import { Lab } from './lab.ts'
import { parts } from './describe-servers.ts'
import { Stack } from './stack.ts'

const canary: PolicyInput = {
  waves: [{ name: 'canary', size: { count: 1 }, soakSec: 2 }],
  rest: { soakSec: 2 },
  timeouts: { applySec: 120, healthSec: 60 },
}

/** A stack and a lab whose machines follow the channel `edge-stable`, all of them at once if the waves let them. */
export class RolloutScene implements AsyncDisposable {
  readonly stack: Stack
  readonly lab: Lab

  private constructor(stack: Stack, lab: Lab) {
    this.stack = stack
    this.lab = lab
  }

  static async open(): Promise<RolloutScene> {
    const stack = await Stack.start()
    const lab = await Lab.open(stack.client)
    await stack.client.channels.create({ body: { name: 'edge-stable', repository: lab.repository } })
    const budget = { maxUnavailable: { count: 10 }, maxDownloading: 10 }
    await stack.client.groups.update({ params: { group: 'default' }, body: { channel: 'edge-stable', budget } })
    return new RolloutScene(stack, lab)
  }

  /** Publishes what was pushed with this tag and rolls it out by a canary of one. Gives the rollout's id. */
  async roll(version: string): Promise<string> {
    const release = await this.stack.client.releases.create({
      params: { channel: 'edge-stable' },
      body: { image: `${this.lab.repository}:${version}` },
    })
    const body = { channel: 'edge-stable', release: release.id, policy: canary, start: 'now' as const }
    return (await this.stack.client.rollouts.create({ body })).id
  }

  read(rollout: string) {
    return this.stack.client.rollouts.get({ params: { rollout } })
  }

  /** Waits until it is in that state; otherwise tells what everyone says. */
  async until(rollout: string, state: string): Promise<void> {
    const reached = async () => (await this.read(rollout)).state === state
    await waitFor(`the rollout to be ${state}`, reached, 150_000).catch(async (error: unknown) => {
      const { reasons } = await this.stack.client.rollouts.explain({ params: { rollout } })
      const agents = this.lab.devices.map(({ agent }) => agent.output().split('\n').slice(-15).join('\n'))
      const logs = parts.map((name) => `${name}:\n${this.stack.output(name)}`)
      const now = JSON.stringify(await this.read(rollout), null, 1)
      throw new Error([now, JSON.stringify(reasons), agents.join('\n---\n'), ...logs].join('\n'), { cause: error })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]()
    await this.stack[Symbol.asyncDispose]()
  }
}

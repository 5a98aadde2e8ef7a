import type { Command } from 'commander'
import type { OperatorVerb, Rollout } from '@bootfleet/contracts'
import { openSession, type Cli } from '../cli.ts'
import { rolloutId } from '../find-rollout.ts'
import { inWords } from '../output/text.ts'

/** Verbs that need nothing but the rollout. */
const verbs: Readonly<Record<Exclude<OperatorVerb, 'schedule' | 'resume' | 'approve' | 'reject' | 'promote'>, string>> =
  {
    start: 'start a draft or a scheduled rollout now, or ask for the approvals that it needs',
    pause: 'offer and grant nothing new; devices that reboot are followed to the end',
    abort: 'end a rollout: devices without a grant go back to what they had',
    retry: 'try the failed targets again',
    'roll-back': 'take every device that has the release back to what it ran before',
  }

function whatNext({ id, state, because }: Rollout): string[] {
  return state === 'awaiting_approval'
    ? [because.message, `  bootfleet rollouts approve ${id}`, `  bootfleet rollouts reject ${id} --reason …`]
    : []
}

type Route = Exclude<keyof typeof verbs, 'roll-back'> | 'rollBack'
const routeOf = (verb: keyof typeof verbs): Route => (verb === 'roll-back' ? 'rollBack' : verb)

/** `bootfleet rollouts start|pause|abort|retry|roll-back`. */
export function addRolloutVerbs(rollouts: Command, cli: Cli): void {
  for (const verb of Object.keys(verbs) as (keyof typeof verbs)[]) {
    const command = rollouts.command(verb).description(verbs[verb]).argument('<rollout>', 'id')
    command.action(async (key: string) => {
      const { client, output } = await openSession(cli, command)
      const rollout = await client.rollouts[routeOf(verb)]({ params: { rollout: rolloutId(key) } })
      output.result(rollout, () => [`Rollout ${rollout.id} is ${inWords(rollout.state)}.`, ...whatNext(rollout)])
      if (verb === 'roll-back' && rollout.rollback)
        output.note(`Watch it: bootfleet rollouts watch ${rollout.rollback.id}`)
    })
  }
}

import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { addRolloutsApprove } from './rollouts-approve.ts'
import { addRolloutsCreate } from './rollouts-create.ts'
import { addRolloutsExplain } from './rollouts-explain.ts'
import { addRolloutsList } from './rollouts-list.ts'
import { addRolloutsPreview } from './rollouts-preview.ts'
import { addRolloutsPreviewRollBack } from './rollouts-preview-roll-back.ts'
import { addReleaseSlot } from './rollouts-release-slot.ts'
import { addRolloutsPromote } from './rollouts-promote.ts'
import { addRolloutsReject } from './rollouts-reject.ts'
import { addRolloutsResume } from './rollouts-resume.ts'
import { addRolloutsSchedule } from './rollouts-schedule.ts'
import { addRolloutsShow } from './rollouts-show.ts'
import { addRolloutVerbs } from './rollouts-verbs.ts'
import { addRolloutsWatch } from './rollouts-watch.ts'

/** `bootfleet rollouts …`. */
export function addRollouts(program: Command, cli: Cli): void {
  const rollouts = program.command('rollouts').description('releases on their way to the devices of a channel')
  addRolloutsCreate(rollouts, cli)
  addRolloutsPreview(rollouts, cli)
  addRolloutsList(rollouts, cli)
  addRolloutsShow(rollouts, cli)
  addRolloutsWatch(rollouts, cli)
  addRolloutsExplain(rollouts, cli)
  addRolloutVerbs(rollouts, cli)
  addRolloutsPromote(rollouts, cli)
  addRolloutsSchedule(rollouts, cli)
  addRolloutsPreviewRollBack(rollouts, cli)
  addRolloutsApprove(rollouts, cli)
  addRolloutsReject(rollouts, cli)
  addRolloutsResume(rollouts, cli)
  addReleaseSlot(rollouts, cli)
}

import { holds } from '../bootc/host-status.ts'
import type { Deployment } from '../bootc/host-status.ts'
import { classifyBoot } from '../journal/classify-boot.ts'
import type { Journal } from '../journal/journal.ts'
import type { Step } from '../plan/step.ts'
import type { View } from '../plan/view.ts'
import { afterBoot } from '../record-boot.ts'
import { attempt, deployment, desired, digest, grant, host, journal, view } from './a-view.ts'

/** A machine and its agent as data: each step is the list of effects that its executor has, in order. */
export interface Model {
  view: View
  boots: string[]
  /** Letter of an image that falls back to the one before. */
  breaks: string | undefined
  /** Letter of an image that boots and is not healthy. */
  sick: string | undefined
  serial: number
}

export function newModel({ breaks, sick }: { breaks?: string; sick?: string } = {}): Model {
  const health = { ...journal().health, bootKey: 'boot-0:0' }
  const start = view({ bootKey: 'boot-0:0', journal: journal({ bootKey: 'boot-0:0', health }), nextCheckAt: 1e12 })
  return { view: { ...start, desired: desired() }, boots: ['a'], breaks, sick, serial: 0 }
}

/** What the server does for a device that waits for a grant. */
export function giveGrant(model: Model): void {
  model.view.desired = desired({ apply: { phase: 'applied' } })
  model.view.grant = { ...grant, expiresAt: 1e12 }
}

/** The agent is killed and started again: what only it knew is gone. */
export function restartAgent({ view: of }: Model): void {
  of.grant = null
  of.retry = null
  of.rebootAskedAt = null
}

/** What is staged is gone; the order of the boot loader, which `bootc rollback` writes at once, is not. */
export function powerCut(model: Model): void {
  model.view.host.staged = null
  bootQueued(model)
}

/** Shutdown and boot: what is staged and not locked becomes the first deployment. */
export function reboot(model: Model): void {
  const { host: now } = model.view
  const { staged, booted } = now
  if (staged === null || staged.locked) {
    powerCut(model)
    return
  }
  model.view.host = { ...now, booted: staged, rollback: booted, rollbackQueued: false, staged: null }
  boot(model)
}

function bootQueued(model: Model): void {
  const { host: now } = model.view
  const { booted, rollback } = now
  if (now.rollbackQueued) model.view.host = { ...now, booted: rollback, rollback: booted, rollbackQueued: false }
  boot(model)
}

function boot(model: Model): void {
  const of = model.view
  const next = of.host.booted?.digest
  if (model.breaks !== undefined && next === digest(model.breaks)) {
    const broken = of.host.booted
    of.host.booted = of.host.rollback
    of.host.rollback = broken
    of.host.rollbackQueued = true
  }
  model.boots.push(of.host.booted?.digest?.at(-1) ?? '?')
  restartAgent(model)
  of.bootKey = `boot-${model.boots.length}:0`
  const before = of.journal
  const verdict =
    before.attempt === null ? undefined : classifyBoot({ attempt: before.attempt, host: of.host, ranInTarget: false })
  write(model, { ...afterBoot(before, verdict, of.bootKey), bootKey: of.bootKey })
  of.nextCheckAt = 0
}

function write({ view: of }: Model, change: Partial<Journal>): void {
  of.journal = { ...of.journal, ...change }
}

type Effect = (model: Model) => void

/** The effects of one step; between any two of them the process may die. */
export function effectsOf(step: Step): Effect[] {
  switch (step.kind) {
    case 'stage':
      return [beginStaging, putStaged, lockStaged, noteStaged]
    case 'lock':
      return [lockStaged, (model) => setPhase(model, 'staged')]
    case 'drop-staged':
      return [({ view: of }) => (of.host.staged = null), (model) => write(model, { attempt: null })]
    case 'unlock':
      return [(model) => setPhase(model, 'rebooting'), unlockStaged]
    case 'reboot':
      return [(model) => setPhase(model, 'rebooting'), reboot]
    case 'queue-slot':
      return [beginSlot, toggle, (model) => write(model, { attempt: { ...need(model), queued: true } })]
    case 'unqueue-slot':
      return [noteUnqueued, toggle, (model) => write(model, { attempt: null })]
    case 'roll-back':
      return [noteRollback, toggleOnce, (model) => write(model, { attempt: { ...need(model), queued: true } }), reboot]
    case 'keep-booted':
      return [toggle]
    case 'return-grant':
      return [(model) => (model.view.grant = null)]
    case 'verify':
      return [concludeHealth]
    default:
      throw new Error(`the model does not know ${step.kind}`)
  }
}

const need = ({ view: of }: Model) => of.journal.attempt ?? attempt()

const beginStaging: Effect = (model) => {
  const { bootKey, host: now } = model.view
  const from = { digest: now.booted?.digest ?? '', id: now.booted?.id ?? '' }
  write(model, { attempt: attempt({ phase: 'staging', bootKey, from }) })
}

const putStaged: Effect = (model) => {
  model.serial += 1
  model.view.host.staged = deployment('b', { id: `default/b.${model.serial}` })
}

const lockStaged: Effect = ({ view: of }) => {
  if (of.host.staged !== null) of.host.staged = { ...of.host.staged, locked: true }
}

const unlockStaged: Effect = ({ view: of }) => {
  if (of.host.staged !== null) of.host.staged = { ...of.host.staged, locked: false }
}

const noteStaged: Effect = (model) => {
  const id = model.view.host.staged?.id
  write(model, { attempt: { ...need(model), phase: 'staged', ...(id !== undefined && { stagedDeployment: id }) } })
}

function setPhase(model: Model, phase: 'staged' | 'rebooting'): void {
  const { attempt: known, bootKey } = model.view.journal
  const { staged } = model.view.host
  const via = known?.via === 'slot' && known.queued === true ? ('slot' as const) : ('stage' as const)
  const next: Deployment | null = via === 'slot' ? model.view.host.rollback : staged
  const goesOn = known !== null && known.phase !== 'done' && known.via === via && holds(next, known.accept)
  const base = goesOn ? known : attempt({ via, bootKey, from: { digest: digest('a'), id: 'default/a.0' } })
  write(model, { attempt: { ...base, phase, ...(next?.id !== undefined && { stagedDeployment: next.id }) } })
}

const beginSlot: Effect = (model) => {
  const { host: now, bootKey } = model.view
  const id = now.rollback?.id
  const from = { digest: now.booted?.digest ?? '', id: now.booted?.id ?? '' }
  const begun = attempt({ via: 'slot', phase: 'rebooting', bootKey, from, queuedBefore: now.rollbackQueued })
  write(model, { attempt: { ...begun, ...(id !== undefined && { stagedDeployment: id }) } })
}

const noteUnqueued: Effect = (model) => {
  const { queued: _queued, ...unqueued } = need(model)
  write(model, { attempt: unqueued })
}

const toggle: Effect = ({ view: of }) => {
  of.host.staged = null
  of.host.rollbackQueued = !of.host.rollbackQueued
}

const noteRollback: Effect = (model) => {
  const known = need(model)
  const queuedBefore = known.queuedBefore ?? model.view.host.rollbackQueued
  write(model, { attempt: { ...known, queuedBefore } })
}

const toggleOnce: Effect = (model) => {
  if (model.view.host.rollbackQueued === need(model).queuedBefore) toggle(model)
}

const concludeHealth: Effect = (model) => {
  const { journal: of, host: now } = model.view
  if (of.attempt?.phase === 'verifying' && now.booted?.digest === digest(model.sick ?? '')) {
    const health = { ...of.health, status: 'unhealthy' as const }
    write(model, { health, attempt: { ...of.attempt, phase: 'rolling_back', detail: 'health_failed' } })
    return
  }
  const done = of.attempt?.phase === 'verifying' ? { ...of.attempt, phase: 'done' as const } : of.attempt
  write(model, { health: { ...of.health, status: 'healthy' }, attempt: done })
  model.view.nextCheckAt = 1e12
}

/** The slot holds the image that is wanted, as after an update that should be taken back. */
export function withTargetInSlot(model: Model): Model {
  model.view.host = host({ rollback: deployment('b') })
  return model
}

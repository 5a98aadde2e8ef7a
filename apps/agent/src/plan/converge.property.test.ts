import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digest } from '../testing/a-view.ts'
import {
  effectsOf,
  giveGrant,
  newModel,
  powerCut,
  reboot,
  restartAgent,
  withTargetInSlot,
} from '../testing/model-machine.ts'
import type { Model } from '../testing/model-machine.ts'
import { plan } from './plan.ts'

const manyRounds = 60

/** After each effect the process may be killed or the power may go, for as long as there is chaos left. */
const chaos = fc.array(fc.constantFrom('on', 'on', 'on', 'kill', 'power'), { maxLength: 25 })
type Chaos = 'on' | 'kill' | 'power'

/** Lets the agent run until it rests with nothing to wait for. Grants come whenever it waits for one. */
function run(model: Model, disturbances: Chaos[]): void {
  const left = [...disturbances]
  for (let round = 0; round < manyRounds; round += 1) {
    const step = plan(model.view)
    if (step.kind === 'idle' && step.because.includes('waiting for a grant')) giveGrant(model)
    else if (step.kind === 'idle' && left.length === 0) return
    else doStep(model, { effects: step.kind === 'idle' ? [] : effectsOf(step), left })
  }
  throw new Error(`did not come to rest: ${JSON.stringify(model.view)}`)
}

function doStep(model: Model, run: { effects: ReturnType<typeof effectsOf>; left: Chaos[] }): void {
  if (run.effects.length === 0) run.left.shift()
  for (const effect of run.effects) {
    const { bootKey } = model.view
    effect(model)
    // A reboot ends the process and whatever it was about to do.
    if (model.view.bootKey !== bootKey) return
    const disturbance = run.left.shift() ?? 'on'
    if (disturbance === 'kill') restartAgent(model)
    if (disturbance === 'power') powerCut(model)
    if (disturbance !== 'on') return
  }
}

describe('however often the agent is killed and the power goes', () => {
  it('the target is booted in the end, and left never', () => {
    fc.assert(
      fc.property(chaos, (disturbances) => {
        const model = newModel()
        run(model, disturbances)
        expect(model.view.host.booted?.digest).toBe(digest('b'))
        expect(model.view.journal).toMatchObject({
          quarantined: [],
          attempt: { outcome: 'booted_target', phase: 'done' },
        })
        const entered = model.boots.filter((letter, index) => letter === 'b' && model.boots[index - 1] !== 'b')
        expect(entered).toHaveLength(1)
      }),
    )
  })

  it('without a disturbance that takes one reboot', () => {
    const model = newModel()
    run(model, [])
    expect(model.boots).toEqual(['a', 'b'])
  })

  it('an image that does not boot is tried once, quarantined, and not what any reboot boots', () => {
    fc.assert(
      fc.property(chaos, (disturbances) => {
        const model = newModel({ breaks: 'b' })
        run(model, disturbances)
        expect(model.view.host).toMatchObject({ booted: { digest: digest('a') }, rollbackQueued: false })
        expect(model.view.journal.quarantined).toEqual([digest('b')])
        reboot(model)
        expect(model.view.host.booted?.digest).toBe(digest('a'))
      }),
    )
  })

  it('an image that is not healthy is left for the one before, and quarantined', () => {
    fc.assert(
      fc.property(chaos, (disturbances) => {
        const model = newModel({ sick: 'b' })
        run(model, disturbances)
        expect(model.view.host).toMatchObject({ booted: { digest: digest('a') }, rollbackQueued: false })
        expect(model.view.journal).toMatchObject({ quarantined: [digest('b')], attempt: { outcome: 'rolled_back' } })
      }),
    )
  })

  it('the rollback slot is booted in the end', () => {
    fc.assert(
      fc.property(chaos, (disturbances) => {
        const model = withTargetInSlot(newModel())
        run(model, disturbances)
        expect(model.view.host).toMatchObject({ booted: { digest: digest('b') }, rollbackQueued: false })
      }),
    )
  })

  it('an ordinary reboot of a machine that waits for its grant changes nothing', () => {
    const model = newModel()
    for (let step = plan(model.view); step.kind !== 'idle'; step = plan(model.view)) {
      for (const effect of effectsOf(step)) effect(model)
    }
    reboot(model)
    expect(model.view.host.booted?.digest).toBe(digest('a'))
    run(model, [])
    expect(model.boots).toEqual(['a', 'a', 'b'])
  })
})

import type { Behaviour } from './behaviour.ts'
import { seededRandom, shuffled } from './random.ts'
import type { Random } from './random.ts'

export interface Model {
  name: string
  /** In the words of OCI. */
  architecture: string
}

/** What a whole simulated fleet is drawn from. */
export interface FleetPlan {
  seed: string
  sites: readonly string[]
  models: readonly Model[]
  /** One entry for each device of a block; see parseBehaviours. */
  behaviours: readonly Behaviour[]
}

/** What never changes about one simulated device. */
export interface Traits {
  /** `sim-<seed>-<number>`; also its host name. */
  hardwareId: string
  site: string
  model: Model
  behaviour: Behaviour
}

/** Device number `index`, from 0. It is the same whatever the number of devices is. */
export function traitsOf(plan: FleetPlan, index: number): Traits {
  return {
    hardwareId: `sim-${plan.seed}-${String(index + 1).padStart(4, '0')}`,
    site: drawn({ key: `${plan.seed}/site`, block: plan.sites, index }),
    model: drawn({ key: `${plan.seed}/model`, block: plan.models, index }),
    behaviour: drawn({ key: `${plan.seed}/behaviour`, block: plan.behaviours, index }),
  }
}

/** Where the durations of one device come from. */
export function randomOf({ hardwareId }: Traits): Random {
  return seededRandom(hardwareId)
}

/** Every block of devices has each entry exactly once, in an order of its own. */
function drawn<T>({ key, block, index }: { key: string; block: readonly T[]; index: number }): T {
  const order = shuffled(seededRandom(`${key}/${Math.floor(index / block.length)}`), block)
  const entry = order[index % block.length]
  if (entry === undefined) throw new Error(`nothing to draw ${key} from: give at least one`)
  return entry
}

/** Labels that a device gets at its enrollment. */
export function labelsOf({ site, model }: Pick<Traits, 'site' | 'model'>): Record<string, string> {
  return { simulated: 'true', site, model: model.name }
}

import { z } from 'zod'
import {
  labelKeyPattern,
  parseSelector,
  sampleText,
  selectorLimits,
  sprtSample,
  type PolicySpec as DomainPolicySpec,
} from '@bootfleet/domain'
import { UnitName } from '../mqtt/desired.ts'

const seconds = z
  .number()
  .int()
  .min(0)
  .max(30 * 86_400)
const percent = z.number().int().min(0).max(100)

const countRule = 'count must be a whole number from 1 to 1000000: with 0 nobody would ever be updated'
const percentRule = 'percent must be a whole number from 1 to 100: with 0 nobody would ever be updated'
export const Share = z.union(
  [
    z.strictObject({ count: z.number(countRule).int(countRule).min(1, countRule).max(1_000_000, countRule) }),
    z.strictObject({ percent: z.number(percentRule).int(percentRule).min(1, percentRule).max(100, percentRule) }),
  ],
  { error: 'must be {"count": 1 or more} or {"percent": 1 to 100}, in whole numbers' },
)

const rate = z.number().gt(0, 'must be more than 0: to allow no failure, use maxFailures').lt(100)
const risk = z.number().gt(0).lt(0.5, 'must be less than 0.5: a test that errs half the time decides nothing')
// So many grants of a wave a test looks at; what needs more could never pass.
const largestSample = 5000

/** The sequential probability ratio test: percentages between 0 and 100, risks between 0 and 0.5. */
export const Sprt = z
  .strictObject({
    /** A release of which so many fail is good. */
    goodFailurePercent: rate,
    /** A release of which so many fail is bad. */
    badFailurePercent: rate,
    /** Probability to trip on a good release. */
    alpha: risk.default(0.05),
    /** Probability to pass a bad release. */
    beta: risk.default(0.05),
  })
  .superRefine((sprt, issues) => {
    const { goodFailurePercent: good, badFailurePercent: bad } = sprt
    const refuse = (message: string) => issues.addIssue({ code: 'custom', path: ['badFailurePercent'], message })
    if (good >= bad) return refuse(`must be more than goodFailurePercent: ${bad} is not more than ${good}`)
    if (sprtSample(sprt).minToPass > largestSample)
      refuse(
        `is too close to goodFailurePercent: ${sampleText(sprt)}, and ${largestSample} is the most; move them apart`,
      )
  })

const Gate = z.strictObject({
  maxFailures: z.number().int().min(0).optional(),
  maxFailurePercent: percent.optional(),
  minConcluded: z.number().int().min(1).default(1),
  minSuccessPercent: percent.default(100),
  sprt: Sprt.optional(),
  /** What an unhealthy signal about a device of the wave does: nothing, hold the rollout until it ends, or trip the gate. */
  signals: z.enum(['ignore', 'hold', 'trip']).default('hold'),
})

const signals = 'hold' as const
const canaryGate = { maxFailures: 0, minConcluded: 1, minSuccessPercent: 100, signals }
const restGate = { maxFailurePercent: 10, minConcluded: 5, minSuccessPercent: 80, signals }

const approval = z
  .enum(
    ['auto', 'manual'],
    'approval must be "auto", to open when the wave before has passed, or "manual", to wait for a person',
  )
  .default('auto')

/** A selector of devices, or null; the message names the field and what is wrong with it. */
function selectorOrNull(field: string, nobody: string) {
  return z
    .string()
    .max(selectorLimits.bytes)
    .superRefine((text, issues) => {
      try {
        parseSelector(text)
      } catch (error) {
        const why = error instanceof Error ? error.message : ''
        issues.addIssue({ code: 'custom', message: `${field} must be a selector, or null ${nobody}: ${why}` })
      }
    })
    .nullable()
    .default(null)
}

const exclude = selectorOrNull('exclude', 'to leave nobody out')

const approvalsRule =
  'approvals must be a whole number from 0 to 10: how many people other than the creator must approve before a rollout starts'
const approvals = z.number(approvalsRule).int(approvalsRule).min(0, approvalsRule).max(10, approvalsRule).default(0)

const sizeRule =
  'size must say how many, such as {"count": 1} or {"percent": 5}; only a wave with a selector may leave it out, to take all that match'

const Wave = z.strictObject({
  name: z.string().min(1).max(40),
  /** Takes only devices that match; who matches several waves belongs to the first of them. */
  selector: selectorOrNull('selector', 'to take devices whatever their labels'),
  /** Of those that match, if there is a selector; none: all of them. */
  size: Share.nullable().default(null),
  soakSec: seconds.default(300),
  gate: Gate.default(canaryGate),
  approval,
})

const Rest = z.strictObject({
  name: z.string().min(1).max(40).default('rest'),
  soakSec: seconds.default(300),
  gate: Gate.default(restGate),
  approval,
})

const Timeouts = z.strictObject({
  downloadSec: seconds.min(10).default(3600),
  grantSec: seconds.min(5).max(86_400).default(600),
  applySec: seconds.min(10).default(1800),
  healthSec: seconds.min(5).max(86_400).default(600),
  unreachableAfterSec: seconds.min(5).default(600),
  giveUpAfterSec: seconds.min(10).default(86_400),
})

const stratifyByRule =
  'stratifyBy must be the key of a label, such as "site": 1 to 63 letters, digits, ".", "_", "/", "-", a letter or digit ' +
  'first and last; leave it out or write null for an order over all devices'

/** What people write: the waves before the last, and how the rest goes. Everything has a default. */
export const PolicyInput = z
  .strictObject({
    waves: z
      .array(Wave)
      .max(20)
      .default([
        { name: 'canary', selector: null, size: { percent: 5 }, soakSec: 300, gate: canaryGate, approval: 'auto' },
      ]),
    rest: Rest.default({ name: 'rest', soakSec: 300, gate: restGate, approval: 'auto' }),
    timeouts: Timeouts.default(Timeouts.parse({})),
    windows: z.enum(['respect', 'ignore']).default('respect'),
    onTrip: z.enum(['pause', 'abort', 'rollback']).default('pause'),
    unreachable: z.enum(['replace', 'wait', 'fail']).default('replace'),
    /** Devices that enroll, are moved or relabelled into the rollout while it runs: left alone, or added to the last wave. */
    lateJoiners: z.enum(['ignore', 'append']).default('ignore'),
    /** Deals the devices round robin over the values of this label, those without it being one stratum more. */
    stratifyBy: z.string().regex(labelKeyPattern, stratifyByRule).nullable().default(null),
    /** systemd units that have to be active for a device to count as healthy. */
    healthUnits: z.array(UnitName).max(20).default([]),
    /** Restart userspace alone on devices that can, where the kernel of the release is the one that runs. */
    softReboot: z.boolean().default(false),
    jitterSec: seconds.default(0),
    observeForSec: seconds.default(86_400),
    /** Devices whose labels match are left out, with that reason. */
    exclude,
    approvals,
  })
  .superRefine(({ waves }, issues) => {
    const last = new Map<string | null, number>()
    waves.forEach(({ selector, size }, index) => {
      const refuse = (path: string[], message: string) =>
        issues.addIssue({ code: 'custom', path: ['waves', index, ...path], message })
      if (size === null) return selector === null ? refuse(['size'], sizeRule) : undefined
      if (!('percent' in size)) return
      const before = last.get(sameAs(selector)) ?? 0
      // What is no percentage at all is told where it stands.
      if (size.percent > 0 && size.percent <= before)
        refuse(['size', 'percent'], `percentages are cumulative: ${size.percent} must be more than ${before}`)
      last.set(sameAs(selector), Math.max(before, size.percent))
    })
  })
  .meta({ id: 'PolicyInput' })
export type PolicyInput = z.input<typeof PolicyInput>

// What cannot be read is told where it stands.
function sameAs(selector: string | null): string | null {
  try {
    return selector === null ? null : JSON.stringify(parseSelector(selector))
  } catch {
    return selector
  }
}

/** The recipe as a rollout freezes it: the rest is its last wave. */
export function policySpec(input: z.output<typeof PolicyInput>): DomainPolicySpec {
  const { rest, waves, ...common } = input
  return { ...common, waves: [...waves, { ...rest, size: null }] }
}

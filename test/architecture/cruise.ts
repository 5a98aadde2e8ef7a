import { createRequire } from 'node:module'
import { cruise, type ICruiseOptions, type ICruiseResult, type IResolveOptions } from 'dependency-cruiser'

interface CruiserConfig {
  forbidden: NonNullable<NonNullable<ICruiseOptions['ruleSet']>['forbidden']>
  options: ICruiseOptions & { enhancedResolveOptions: Partial<IResolveOptions> }
}

const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as CruiserConfig

/** Runs the repository's own rules over `folders` below `baseDir` and returns the module graph with its violations. */
export async function cruiseRepository(baseDir: string, folders: string[]): Promise<ICruiseResult> {
  const { enhancedResolveOptions, ...options } = config.options
  const { output } = await cruise(
    folders,
    { ...options, baseDir, validate: true, ruleSet: { forbidden: config.forbidden } },
    { ...enhancedResolveOptions, bustTheCache: true },
  )
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with a report instead of a graph')
  return output
}

/** The violations as `rule: from → to`, sorted, for a readable failure. */
export function violations(result: ICruiseResult): string[] {
  return result.summary.violations.map((v) => `${v.rule.name}: ${v.from} → ${v.to}`).sort()
}

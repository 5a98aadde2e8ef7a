import { limits } from '@bootfleet/contracts'

const maxNodes = 20_000
const loneSurrogate = /\p{Surrogate}/u

/**
 * What a parsed JSON value holds that must go no further: depth beyond the protocol's limit, text that PostgreSQL cannot
 * store (NUL, lone surrogates), names that reach an object's prototype. `undefined` when there is nothing of it.
 */
export function inspectJson(value: unknown, maxDepth: number = limits.jsonDepth): string | undefined {
  const budget = { nodes: maxNodes }
  return inspect(value, maxDepth, budget)
}

function inspect(value: unknown, depth: number, budget: { nodes: number }): string | undefined {
  budget.nodes -= 1
  if (budget.nodes < 0) return `more than ${maxNodes} values`
  if (typeof value === 'string') return inspectText(value)
  if (typeof value !== 'object' || value === null) return undefined
  if (depth === 0) return 'nested too deeply'
  for (const [name, item] of Object.entries(value)) {
    if (name === '__proto__') return 'a member named __proto__'
    const found = inspectText(name) ?? inspect(item, depth - 1, budget)
    if (found !== undefined) return found
  }
  return undefined
}

function inspectText(text: string): string | undefined {
  if (text.includes('\0')) return 'a NUL character'
  return loneSurrogate.test(text) ? 'a lone surrogate' : undefined
}

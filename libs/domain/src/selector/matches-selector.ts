import type { SelectorTerm } from './parse-selector.ts'

/** Whether labels satisfy every term. */
export function matchesSelector(terms: readonly SelectorTerm[], labels: Readonly<Record<string, string>>): boolean {
  return terms.every((term) => {
    const value = Object.hasOwn(labels, term.key) ? labels[term.key] : undefined
    switch (term.op) {
      case 'in':
        return value !== undefined && term.values.includes(value)
      case 'notin':
        return value === undefined || !term.values.includes(value)
      case 'exists':
        return value !== undefined
      case 'absent':
        return value === undefined
    }
  })
}

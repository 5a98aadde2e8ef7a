import { labelKeyPattern, labelValuePattern } from './label.ts'
import { SelectorError } from './selector-error.ts'

/** One condition on the labels of a device. All terms of a selector must hold. */
export type SelectorTerm =
  | { readonly op: 'in' | 'notin'; readonly key: string; readonly values: readonly string[] }
  | { readonly op: 'exists' | 'absent'; readonly key: string }

export const selectorLimits = { bytes: 2048, terms: 20, values: 50 } as const

const setPattern = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/
const equalPattern = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/

/**
 * Reads `key=value, key!=value, key in (a,b), key notin (a,b), key, !key`. `=` is a set of one; `!=` and `notin` also
 * hold without the label. Throws SelectorError.
 */
export function parseSelector(text: string): SelectorTerm[] {
  // Every character that is legal is one byte long.
  if (text.length > selectorLimits.bytes)
    throw new SelectorError(`A selector has at most ${selectorLimits.bytes} bytes`)
  const parts = splitTerms(text)
  if (parts.length > selectorLimits.terms) {
    throw new SelectorError(`A selector has at most ${selectorLimits.terms} terms, not ${parts.length}`)
  }
  return parts.map(parseTerm)
}

function splitTerms(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '(') depth++
    if (character === ')') depth--
    if (character !== ',' || depth !== 0) continue
    parts.push(text.slice(start, at))
    start = at + 1
  }
  return [...parts, text.slice(start)].map((part) => part.trim())
}

function parseTerm(text: string): SelectorTerm {
  const [, setKey, setOp, list] = setPattern.exec(text) ?? []
  if (setKey !== undefined && list !== undefined) {
    return { op: setOp === 'in' ? 'in' : 'notin', key: checkKey(setKey, text), values: checkValues(list, text) }
  }
  const [, key, op, value] = equalPattern.exec(text) ?? []
  if (key !== undefined && value !== undefined) {
    return { op: op === '!=' ? 'notin' : 'in', key: checkKey(key, text), values: [checkValue(value, text)] }
  }
  return text.startsWith('!')
    ? { op: 'absent', key: checkKey(text.slice(1).trim(), text) }
    : { op: 'exists', key: checkKey(text, text) }
}

function checkKey(key: string, term: string): string {
  if (labelKeyPattern.test(key)) return key
  const hint = 'write key=value, key!=value, key in (a,b), key notin (a,b), key or !key'
  throw new SelectorError(term === '' ? `A term is empty: ${hint}` : `"${shorten(term)}" is not a term: ${hint}`)
}

function checkValues(list: string, term: string): string[] {
  const values = [...new Set(list.split(',').map((value) => checkValue(value.trim(), term)))]
  if (values.length <= selectorLimits.values) return values
  throw new SelectorError(`A set has at most ${selectorLimits.values} values, not ${values.length}`)
}

function checkValue(value: string, term: string): string {
  if (labelValuePattern.test(value)) return value
  throw new SelectorError(`"${shorten(value)}" in "${shorten(term)}" is not a label value`)
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

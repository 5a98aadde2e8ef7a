import type { z } from 'zod'

/** What is wrong with one field of a document; `field` is its path, `spec.waves.0.size`. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

const maxErrors = 20

/** The fields that a schema refused, about 20 at most. */
export function fieldErrors({ issues }: z.ZodError): FieldError[] {
  return issues.slice(0, maxErrors).flatMap(readIssue)
}

function readIssue(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String)
  const meant = issue.code === 'invalid_union' ? meantForm(issue.errors) : undefined
  if (meant) return meant.flatMap((inner) => readIssue({ ...inner, path: [...issue.path, ...inner.path] }))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, maxErrors)
      .map((key) => ({ field: [...path, key].join('.'), message: 'is not a known field' }))
  }
  return [{ field: path.join('.') || '(all)', message: issue.message }]
}

// Of several forms the one that knows every field that was given, if there is one alone.
function meantForm(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const [form, ...others] = forms.filter((issues) => issues.every(({ code }) => code !== 'unrecognized_keys'))
  return others.length === 0 ? form?.slice(0, maxErrors) : undefined
}

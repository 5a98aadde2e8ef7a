'use client'

import { useState, type InputHTMLAttributes } from 'react'
import { readSeconds, readShare, writeSeconds, writeShare } from '../../lib/typed-values.ts'
import { described, FieldFrame } from './field-frame.tsx'
import { useField } from './use-editor.ts'

interface FieldProps {
  path: string
  label: string
  hint?: string
}

interface TypedFieldProps extends FieldProps {
  write: (value: unknown) => string
  /** Undefined: it cannot be read, and is kept as text so that the schema refuses it. */
  read: (text: string) => unknown
  /** What cannot be read should be. */
  rule?: string
  /** Where nothing is typed. */
  empty?: unknown
  input?: InputHTMLAttributes<HTMLInputElement>
}

/** A value that is typed as a text; the text stays as it was typed while its field lives. */
function TypedField({ path, label, hint, write, read, rule, empty, input }: TypedFieldProps) {
  const field = useField(path)
  const [text, setText] = useState(() => write(field.value))
  const unread = rule !== undefined && typeof field.value === 'string' ? rule : undefined
  const message = field.message === undefined ? undefined : (unread ?? field.message)
  function change(next: string) {
    setText(next)
    field.set(next.trim() === '' ? empty : (read(next) ?? next))
  }
  return (
    <FieldFrame id={field.id} {...{ label, hint, message }}>
      <input
        autoComplete="off"
        spellCheck={false}
        {...input}
        {...described(field.id, { message, hint })}
        value={text}
        onChange={({ target }) => change(target.value)}
      />
    </FieldFrame>
  )
}

const asText = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** `empty`: what stands where nothing is typed; left out, the field is. */
export function TextField(props: FieldProps & { empty?: unknown; placeholder?: string; list?: string }) {
  const { placeholder, list, ...field } = props
  return <TypedField {...field} write={asText} read={(text) => text.trim()} input={{ placeholder, list }} />
}

export function NumberField({
  min,
  max,
  step,
  ...field
}: FieldProps & { min?: number; max?: number; step?: number | 'any' }) {
  return <TypedField {...field} write={asText} read={Number} input={{ type: 'number', min, max, step }} />
}

const times = 'must be a time such as 90 s, 5 min, 2 h or 1 d'

export function DurationField(field: FieldProps) {
  const write = (value: unknown) => (typeof value === 'number' ? writeSeconds(value) : asText(value))
  return <TypedField {...field} write={write} read={readSeconds} rule={times} input={{ placeholder: '5 min' }} />
}

export function ShareField(field: FieldProps) {
  const rule = 'must be a count such as 5, or a percentage such as 10 %'
  return <TypedField {...field} write={writeShare} read={readShare} rule={rule} input={{ placeholder: '5, or 10 %' }} />
}

/** Names with commas between them. */
export function NamesField(field: FieldProps & { placeholder?: string }) {
  const { placeholder, ...rest } = field
  const write = (value: unknown) => (Array.isArray(value) ? value.join(', ') : '')
  const read = (text: string) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
  return <TypedField {...rest} write={write} read={read} empty={[]} input={{ placeholder }} />
}

/** A point in time, in UTC like every other on these pages. */
export function InstantField(field: FieldProps) {
  const write = (value: unknown) => {
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
    return Number.isNaN(at) ? '' : new Date(at).toISOString().slice(0, 16)
  }
  return <TypedField {...field} write={write} read={(text) => `${text}:00Z`} input={{ type: 'datetime-local' }} />
}

interface ChoiceFieldProps extends FieldProps {
  options: (readonly [value: string, text: string])[]
  /** What stands for no choice, whose value is null. */
  none?: string
}

export function ChoiceField({ path, label, hint, options, none }: ChoiceFieldProps) {
  const { id, value, message, set } = useField(path)
  return (
    <FieldFrame {...{ id, label, hint, message }}>
      <select
        {...described(id, { message, hint })}
        value={typeof value === 'string' ? value : ''}
        onChange={({ target }) => set(target.value === '' ? null : target.value)}
      >
        {none !== undefined && <option value="">{none}</option>}
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </FieldFrame>
  )
}

export function CheckField({ path, label }: FieldProps) {
  const { id, value, set } = useField(path)
  return (
    <label className="inline">
      <input id={id} type="checkbox" checked={value === true} onChange={({ target }) => set(target.checked)} />
      {label}
    </label>
  )
}

'use client'

import { useRef, type ReactNode } from 'react'
import { useField } from './use-editor.ts'

interface ItemsFieldProps {
  path: string
  /** What one is called: `window` reads "Window 2" and "Remove window 2". */
  one: string
  /** Buttons that add one, with what it begins as. */
  adds: (readonly [label: string, item: unknown])[]
  /** The fields of one. */
  children: (path: string, item: unknown) => ReactNode
}

/** A list whose items have fields of their own, and come and go. */
export function ItemsField({ path, one, adds, children }: ItemsFieldProps) {
  const { value, replace, revision } = useField(path)
  const add = useRef<HTMLButtonElement>(null)
  const items: unknown[] = Array.isArray(value) ? value : []
  function remove(index: number) {
    replace(items.filter((_item, other) => other !== index))
    // The button that was pressed is gone: the keyboard goes on at the list's end.
    add.current?.focus()
  }
  return (
    <>
      {items.map((item, index) => {
        const number = `${one} ${index + 1}`
        return (
          // An item has no identity but its place: its fields begin anew when one comes or goes.
          <fieldset key={`${revision} ${number}`}>
            <legend>{number[0]?.toUpperCase() + number.slice(1)}</legend>
            {children(`${path}.${index}`, item)}
            <button type="button" onClick={() => remove(index)}>
              Remove {number}
            </button>
          </fieldset>
        )
      })}
      <p className="row-verbs">
        {adds.map(([label, item], index) => (
          <button
            key={label}
            type="button"
            ref={index === 0 ? add : undefined}
            onClick={() => replace([...items, item])}
          >
            {label}
          </button>
        ))}
      </p>
    </>
  )
}

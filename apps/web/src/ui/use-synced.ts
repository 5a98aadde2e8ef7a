'use client'

import { useState } from 'react'

/** A field's text: what is typed, until what it comes from (the URL) says something else. */
export function useSynced(source: string): [string, (text: string) => void] {
  const [from, setFrom] = useState(source)
  const [text, setText] = useState(source)
  if (from !== source) {
    setFrom(source)
    setText(source)
  }
  return [from === source ? text : source, setText]
}

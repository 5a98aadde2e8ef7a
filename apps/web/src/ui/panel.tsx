import { useId, type ReactNode } from 'react'

interface PanelProps {
  title: string
  /** Beside the title: links or a number. */
  aside?: ReactNode
  children: ReactNode
}

/** A part of a page under its own heading. */
export function Panel({ title, aside, children }: PanelProps) {
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  )
}

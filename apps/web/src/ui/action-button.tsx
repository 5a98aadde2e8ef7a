'use client'

import { useId, useRef, useState, type FormEvent, type ReactNode } from 'react'

interface ActionButtonProps {
  label: string
  /** What it acts on, for those who do not see where it stands: `of edge-1`. */
  subject?: string
  /** Why it cannot be used now. It stays reachable by keyboard so that the reason can be read. */
  reason?: string | undefined
  /** The effect, for what should be asked about first; may hold fields. */
  confirm?: ReactNode
  busy: boolean
  primary?: boolean
  danger?: boolean
  /** Gets the fields of `confirm`. */
  onUse: (fields: FormData) => void
}

/** A button that says why it cannot be used, and asks first where its effect cannot be taken back. */
export function ActionButton({ label, subject, reason, confirm, busy, primary, danger, onUse }: ActionButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const reasonId = useId()
  // Fields begin anew each time that it is asked.
  const [asked, setAsked] = useState(0)
  const off = reason !== undefined
  function press() {
    if (off || busy) return
    if (confirm === undefined) return onUse(new FormData())
    setAsked(asked + 1)
    dialog.current?.showModal()
  }
  return (
    <span className="action">
      <button
        type="button"
        className={danger ? 'danger' : primary && !off ? 'primary' : undefined}
        aria-disabled={off || busy || undefined}
        aria-describedby={off ? reasonId : undefined}
        onClick={press}
      >
        {label}
        {subject !== undefined && <span className="hidden"> {subject}</span>}
      </button>
      {off && (
        <span className="reason" id={reasonId} role="tooltip">
          {reason}
        </span>
      )}
      {confirm !== undefined && !off && (
        <ConfirmDialog dialog={dialog} label={label} danger={danger} onUse={onUse}>
          <div key={asked}>{confirm}</div>
        </ConfirmDialog>
      )}
    </span>
  )
}

interface ConfirmDialogProps {
  dialog: React.RefObject<HTMLDialogElement | null>
  label: string
  danger: boolean | undefined
  onUse: (fields: FormData) => void
  children: ReactNode
}

function ConfirmDialog({ dialog, label, danger, onUse, children }: ConfirmDialogProps) {
  const titleId = useId()
  // The browser closes the dialog once its fields are as they should be.
  function use(event: FormEvent<HTMLFormElement>) {
    onUse(new FormData(event.currentTarget))
  }
  return (
    <dialog ref={dialog} aria-labelledby={titleId}>
      <form method="dialog" onSubmit={use}>
        <h2 id={titleId}>{label}?</h2>
        {children}
        <div className="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" className={danger ? 'danger' : 'primary'}>
            {label}
          </button>
        </div>
      </form>
    </dialog>
  )
}

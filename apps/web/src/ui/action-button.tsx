'use client'

import { useId, useRef, type ReactNode } from 'react'

interface ActionButtonProps {
  label: string
  /** What it acts on, for those who do not see where it stands: `of edge-1`. */
  subject?: string
  /** Why it cannot be used now. It stays reachable by keyboard so that the reason can be read. */
  reason?: string | undefined
  /** The effect, for what should be asked about first. */
  confirm?: ReactNode
  busy: boolean
  primary?: boolean
  danger?: boolean
  onUse: () => void
}

/** A button that says why it cannot be used, and asks first where its effect cannot be taken back. */
export function ActionButton({ label, subject, reason, confirm, busy, primary, danger, onUse }: ActionButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const reasonId = useId()
  const off = reason !== undefined
  function press() {
    if (off || busy) return
    if (confirm === undefined) onUse()
    else dialog.current?.showModal()
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
          {confirm}
        </ConfirmDialog>
      )}
    </span>
  )
}

interface ConfirmDialogProps {
  dialog: React.RefObject<HTMLDialogElement | null>
  label: string
  danger: boolean | undefined
  onUse: () => void
  children: ReactNode
}

function ConfirmDialog({ dialog, label, danger, onUse, children }: ConfirmDialogProps) {
  const titleId = useId()
  return (
    <dialog ref={dialog} aria-labelledby={titleId}>
      <form method="dialog">
        <h2 id={titleId}>{label}?</h2>
        <div>{children}</div>
        <div className="actions">
          <button>Cancel</button>
          <button className={danger ? 'danger' : 'primary'} onClick={onUse}>
            {label}
          </button>
        </div>
      </form>
    </dialog>
  )
}

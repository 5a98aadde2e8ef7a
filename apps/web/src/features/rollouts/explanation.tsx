import type { Because } from '@bootfleet/contracts'

/** Answers to "why is nothing happening?", in the reasons that were stored with the decisions. */
export function Explanation({ reasons, none }: { reasons: Because[]; none: string }) {
  if (reasons.length === 0) return <p className="quiet">{none}</p>
  return (
    <ul className="reasons">
      {reasons.map((reason) => (
        <li key={`${reason.code} ${reason.message}`}>{reason.message}</li>
      ))}
    </ul>
  )
}

import type { Because } from '@bootfleet/contracts'

/** What it waits for, in the reasons that were stored with the decisions. */
export function Explanation({ reasons }: { reasons: Because[] }) {
  if (reasons.length === 0) return null
  return (
    <section aria-labelledby="waits-for">
      <h2 id="waits-for">What it waits for</h2>
      <ul>
        {reasons.map((reason) => (
          <li key={`${reason.code} ${reason.message}`}>{reason.message}</li>
        ))}
      </ul>
    </section>
  )
}

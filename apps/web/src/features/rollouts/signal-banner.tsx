import type { Rollout } from '@bootfleet/contracts'

const titles: Readonly<Record<string, string>> = {
  'signal.holding': 'Held by an unhealthy signal',
  'gate.signal': 'Stopped by an unhealthy signal',
}

/** Says that a monitoring system is why a rollout does not go on. */
export function SignalBanner({ rollout }: { rollout: Rollout }) {
  const { code, message } = rollout.because
  const title = titles[code]
  if (title === undefined) return null
  return (
    <section className="note" aria-labelledby="signal">
      <div>
        <h2 id="signal">{title}</h2>
        <p>{message}</p>
      </div>
    </section>
  )
}

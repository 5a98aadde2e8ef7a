import Link from 'next/link'
import { counted } from '../../lib/amounts.ts'
import { paths } from '../../lib/paths.ts'

/** The overview of a fleet without devices: the way to the first one. */
export function FirstSteps({ pending }: { pending: number }) {
  return (
    <section className="panel first-steps" aria-labelledby="first-steps">
      <h2 id="first-steps">Three steps to the first rollout</h2>
      <ol>
        <li>
          <Link href={paths.channels()}>Create a channel</Link> for the repository that your image is pushed to, let the
          default group follow it, and publish a release.
        </li>
        <li>
          <Link href={paths.enroll()}>Enroll a device</Link>: put the agent and an enrollment document on it.
          {pending > 0 && ` ${counted(pending, 'device')} wait to be let in.`}
        </li>
        <li>
          <Link href={paths.newRollout()}>Plan a rollout</Link> of the release, look at its waves, and start it.
        </li>
      </ol>
    </section>
  )
}

import type { Demo } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { nextStep } from './next-step.ts'
import { RemoveDemo } from './remove-demo.tsx'

/** Says that nothing here is a real machine, what to try next, and how to be rid of it. */
export function DemoBanner({ demo, refusal }: { demo: Demo; refusal: string | undefined }) {
  const step = nextStep(demo)
  return (
    <section className="note demo" aria-labelledby="demo">
      <div>
        <h2 id="demo">This fleet is simulated</h2>
        {demo.hint && <p>{demo.hint.message}</p>}
        {step && (
          <p>
            <Link className="button" href={step.href}>
              {step.text}
            </Link>
          </p>
        )}
        {demo.hint === null && (
          <p>
            You have seen it all. Remove the demo, then <Link href={paths.enroll()}>enroll a device of your own</Link>.
          </p>
        )}
      </div>
      <RemoveDemo demo={demo} refusal={refusal} />
    </section>
  )
}

import type { CreatedEnrollmentToken } from '@bootfleet/contracts'
import { counted } from '../../lib/amounts.ts'
import { formatInstant } from '../../lib/instant.ts'
import { CopyButton } from '../../ui/copy-button.tsx'

/** What to do on the machine. The document is a secret until it is used up. */
export function EnrollmentSteps({ made }: { made: CreatedEnrollmentToken }) {
  const document = JSON.stringify(made.document, null, 2)
  const commands = [
    'sudo install -d -m 700 /etc/bootfleet',
    `sudo tee /etc/bootfleet/enroll.json >/dev/null <<'END'\n${document}\nEND`,
    'sudo chmod 600 /etc/bootfleet/enroll.json',
    'sudo node bootfleet-agent.mjs',
  ].join('\n')
  return (
    <div className="note note-good">
      <p>
        <strong>This is shown once.</strong> It lets {counted(made.maxUses, 'device')} into group {made.group.name}{' '}
        until {formatInstant(made.expiresAt)}. Whoever has it can enroll, so keep it like a password.
      </p>
      <Block title="Enrollment document" text={document} />
      <Block title="On the device, as root, with Node and the agent's bundle" text={commands} />
    </div>
  )
}

function Block({ title, text }: { title: string; text: string }) {
  return (
    <figure className="block">
      <figcaption>
        {title} <CopyButton text={text} what={title.toLowerCase()} />
      </figcaption>
      <pre tabIndex={0} aria-label={title}>
        {text}
      </pre>
    </figure>
  )
}

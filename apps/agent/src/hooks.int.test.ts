import { randomUUID } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { ControlPlane } from './testing/control-plane.ts'
import { Scene, digestOf, putEnrollment, sceneMachine, staged, startAgent, update } from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

async function putProgram(file: string, script: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
}

describe('pre-reboot hooks', () => {
  it('hold back a reboot with their reason, are run once more as long as the grant lasts, and are undone after the boot', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    const notes = join(machine.root, 'var/notes')
    const hooks = join(machine.root, 'usr/lib/bootfleet/hooks')
    await putProgram(
      join(hooks, 'pre-reboot.d/10-drain'),
      `test -e ${machine.root}/var/drained || { printf 'a pod\\000 cannot \\033]0;x\\007be moved\\n'; exit 1; }\necho drain $BOOTFLEET_REASON >> ${notes}`,
    )
    await putProgram(join(hooks, 'in-service.d/10-uncordon'), `echo uncordon $BOOTFLEET_REASON >> ${notes}`)
    await scene.settled()
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await plane.grant()
    await scene.agent.waitFor(() => plane.state()?.errors.some(({ code }) => code === 'hook_refused') === true)
    expect(plane.state()?.errors[0]).toMatchObject({
      detail: '10-drain does not let this machine reboot: a pod cannot be moved',
      retryable: true,
    })
    expect(plane.state()?.staged).toMatchObject({ locked: true })
    await writeFile(join(machine.root, 'var/drained'), '')
    await scene.agent.waitFor(() => plane.state()?.booted.digest === digestOf(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'healthy')
    await scene.agent.waitFor(async () => (await readFile(notes, 'utf8')).includes('uncordon'))
    expect(await readFile(notes, 'utf8')).toBe('drain update\nuncordon update\n')
  })

  it('that last until the window has closed lead to no reboot', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    const closed = join(machine.root, 'var/closed')
    const script = `while ! test -e ${closed}; do sleep 0.1; done`
    await putProgram(join(machine.root, 'etc/bootfleet/hooks/pre-reboot.d/10-waits'), script)
    await scene.settled()
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    const until = Date.now() + 5000
    const grant = { id: randomUUID(), conn: plane.conn(), ttlSec: 600 }
    await plane.desire({ apply: { phase: 'applied', grant, window: { until: new Date(until).toISOString() } } })
    await scene.agent.waitFor(() => plane.state()?.observedGen === plane.gen)
    await scene.agent.waitFor(() => Date.now() > until)
    await writeFile(closed, '')
    await scene.agent.waitFor(() => plane.last('up/ack')?.phase === 'grant_returned')
    expect(plane.last('up/ack')).toMatchObject({ grant: grant.id, code: 'expired' })
    expect(machine.state()).toMatchObject({ stagedLocked: true, boots: [{}] })
  })

  it('refuse a reboot on demand in words that are reported', async () => {
    await using scene = await Scene.start({ agent })
    const { plane, machine } = scene
    await putProgram(join(machine.root, 'etc/bootfleet/hooks/pre-reboot.d/10-busy'), 'echo a job runs; exit 1')
    await scene.settled()
    await plane.desire({ ops: { reboot: 1 } })
    await scene.agent.waitFor(() => plane.state()?.errors.some(({ code }) => code === 'hook_refused') === true)
    expect(plane.state()?.errors[0]?.detail).toBe('10-busy does not let this machine reboot: a job runs')
  })

  it('cannot refuse a roll-back', async () => {
    await using scene = await Scene.start({ agent, boot: 'unhealthy' })
    const { plane, machine } = scene
    const script = `test $BOOTFLEET_REASON = update || { echo $BOOTFLEET_REASON >> ${machine.root}/var/notes; exit 1; }`
    await putProgram(join(machine.root, 'etc/bootfleet/hooks/pre-reboot.d/10-refuses'), script)
    await scene.settled()
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await plane.grant()
    await scene.agent.waitFor(() => plane.state()?.attempt?.outcome === 'rolled_back')
    expect(await readFile(join(machine.root, 'var/notes'), 'utf8')).toBe('rollback\n')
  })
})

describe('people who work on a desktop', () => {
  it('hold back the reboot, are told, and are seen by the operator; when they are gone it goes on', async () => {
    const bin = await mkdtemp(join(tmpdir(), 'bf-logind-'))
    await putProgram(
      join(bin, 'loginctl'),
      `test -e ${bin}/gone && exit 0\ncase $1 in list-sessions) echo "  3 1000 alice seat0 tty2" ;; ` +
        `*) printf 'Name=alice\\nType=wayland\\nClass=user\\nState=active\\nIdleHint=no\\n' ;; esac`,
    )
    await putProgram(join(bin, 'wall'), `echo "$1" >> ${bin}/told`)
    const plane = await ControlPlane.start()
    const machine = await sceneMachine({ agent })
    await putEnrollment(machine, plane.enrollmentDocument())
    const env = { BOOTFLEET_SESSION_GUARD: 'graphical', PATH: `${bin}:${machine.env()['PATH']}` }
    await using scene = new Scene(plane, machine, startAgent(machine, { agent, env }))
    await scene.settled()
    await plane.desire(staged(update))
    await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
    await plane.grant()
    await scene.agent.waitFor(() => plane.state()?.errors.some(({ code }) => code === 'user_session') === true)
    expect(plane.state()?.errors[0]?.detail).toMatch(/^alice is working on this machine: .* 240 min/)
    expect(await readFile(join(bin, 'told'), 'utf8')).toMatch(/Log out when it suits you; .* 240 min at the latest/)
    expect(machine.state().boots).toHaveLength(1)
    await writeFile(join(bin, 'gone'), '')
    await scene.agent.waitFor(() => plane.state()?.booted.digest === digestOf(update))
    await rm(bin, { recursive: true })
  })
})

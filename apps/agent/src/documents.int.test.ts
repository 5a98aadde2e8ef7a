import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DriftDocument, InventoryDocument } from '@bootfleet/contracts'
import { beforeAll, expect, it } from 'vitest'
import { buildAgent } from './testing/build-agent.ts'
import { ControlPlane } from './testing/control-plane.ts'
import {
  Scene,
  digestOf,
  installed,
  putEnrollment,
  repository,
  sceneMachine,
  staged,
  startAgent,
  update,
} from './testing/scene.ts'

let agent = ''
beforeAll(async () => {
  agent = await buildAgent()
})

it('a machine says what it is and how it differs from its image, and its own updater is masked when that is wanted', async () => {
  const plane = await ControlPlane.start()
  const machine = await sceneMachine({ agent })
  machine.change((state) => {
    state.etcDrift = ['M    machine-id', 'M    ssh/sshd_config', 'A    cron.d/local']
    state.usrOverlay = { accessMode: 'readWrite', persistence: 'transient' }
  })
  machine.layerPackages()
  await writeFile(join(machine.root, 'etc/os-release'), 'ID=fedora\nPRETTY_NAME="Fedora IoT 43"\n')
  await writeFile(join(machine.root, 'proc/cmdline'), 'root=UUID=a ostree=/x quiet\n')
  await mkdir(join(machine.root, 'var/log/containers'), { recursive: true })
  await writeFile(join(machine.root, 'var/log/containers/kured-x7k_kube-system_kured-0.log'), '')
  await putEnrollment(machine, plane.enrollmentDocument())
  await using scene = new Scene(
    plane,
    machine,
    startAgent(machine, { agent, env: { BOOTFLEET_OTHER_UPDATERS: 'mask' } }),
  )
  await scene.agent.waitFor(() => plane.last('up/drift') !== undefined)
  expect(DriftDocument.parse(plane.last('up/drift')?.document)).toEqual({
    count: 5,
    etc: {
      count: 2,
      files: [
        { path: 'ssh/sshd_config', change: 'modified' },
        { path: 'cron.d/local', change: 'added' },
      ],
    },
    usrOverlay: 'readWrite',
    packages: { count: 1, names: ['htop'] },
    kernelArguments: { count: 1, list: ['quiet'] },
    pinned: 0,
  })
  const inventory = InventoryDocument.parse(plane.last('up/inventory')?.document)
  expect(inventory).toMatchObject({ os: { ID: 'fedora', PRETTY_NAME: 'Fedora IoT 43' }, backend: 'ostree' })
  expect(inventory.blockers).toEqual([
    { code: 'layered_packages', detail: expect.stringContaining('(htop): run rpm-ostree reset') as string },
  ])
  expect(inventory.base).toMatchObject({ ref: `${repository}:stable`, digest: digestOf(installed) })
  expect(inventory.updaters).toEqual([
    { name: 'kured', state: 'masked' },
    { name: 'bootc-fetch-apply-updates.timer', state: 'masked' },
    { name: 'rpm-ostreed-automatic.timer', state: 'masked' },
  ])
})

it('what bootc stages does not make kured reboot the machine where updaters are masked', async () => {
  await using scene = await Scene.start({ agent, env: { BOOTFLEET_OTHER_UPDATERS: 'mask' } })
  const { plane, machine } = scene
  await scene.settled()
  await plane.desire(staged(update))
  await scene.agent.waitFor(() => plane.state()?.phase === 'staged')
  expect(existsSync(join(machine.root, 'run/reboot-required'))).toBe(false)
})

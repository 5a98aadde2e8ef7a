// `npm run test:vm`: the agent on a real machine with systemd and OSTree, in QEMU, against a real control plane. Takes
// long without KVM and is no part of `npm test`; docs/testing.md tells what it does.
import { ensureInstalled } from './tools/install.mjs'
import { runCommand, tool } from './tools/run-command.mjs'
import { ensureServers, machineTools } from './tools/servers.mjs'
import { build, runStep } from './tools/steps.mjs'

const timeoutMs = 4 * 60 * 60_000

async function run() {
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.getuid() !== 0) {
    console.log('Making the disk of the machine takes mounts and loop devices: run this as root, on Linux, on x86-64.')
    return false
  }
  if (!(await ensureInstalled())) return false
  if ((await ensureServers(machineTools)).length > 0) return false
  if (!(await runStep(build))) return false
  const { ok } = await runCommand(tool('vitest'), ['run', '--project', 'vm'], { live: true, timeoutMs })
  console.log('Serial log, journals and status documents of this run are in .bootfleet/vm/artifacts')
  return ok
}

process.exitCode = (await run()) ? 0 : 1

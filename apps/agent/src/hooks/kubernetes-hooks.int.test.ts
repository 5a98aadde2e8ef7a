import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runHook } from './hook.ts'

const hooks = join(import.meta.dirname, '../../../../deploy/agent/hooks/kubernetes')
let bin = ''
beforeAll(async () => {
  bin = await mkdtemp(join(tmpdir(), 'bf-kubectl-'))
  const script = `echo "$@" >> ${bin}/calls\ncase "$1" in drain) echo "cannot evict pod web-0"; exit 1 ;; esac`
  await writeFile(join(bin, 'kubectl'), `#!/bin/sh\n${script}\n`)
  await chmod(join(bin, 'kubectl'), 0o755)
})
afterAll(() => rm(bin, { recursive: true }))

describe('the example hooks for Kubernetes', () => {
  const path = () => ({ PATH: [bin, '/usr/bin', '/bin'].join(delimiter), BOOTFLEET_NODE: 'edge-1' })

  it('drain the node before an update and refuse with the pod that is in the way', async () => {
    const drain = join(hooks, 'pre-reboot.d/50-drain-node')
    const result = await runHook(drain, { ...path(), BOOTFLEET_REASON: 'update' }, 60_000)
    expect(result).toEqual({ ok: false, output: 'cannot evict pod web-0' })
    expect(await runHook(drain, { ...path(), BOOTFLEET_REASON: 'rollback' }, 60_000)).toMatchObject({ ok: true })
    expect(await runHook(join(hooks, 'in-service.d/50-uncordon-node'), path(), 60_000)).toMatchObject({ ok: true })
    expect((await readFile(join(bin, 'calls'), 'utf8')).trim().split('\n')).toEqual([
      'drain edge-1 --ignore-daemonsets --delete-emptydir-data --timeout=240s',
      'cordon edge-1',
      'uncordon edge-1',
    ])
  })
})

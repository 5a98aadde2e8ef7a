import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCheckDirectory } from './check-directories.ts'
import { checkDisk } from './disk-check.ts'

let root = ''
let places = { root: '', stateDir: '', checkTimeoutMs: 60_000 }
const image = 'usr/lib/bootfleet/checks'
const local = 'etc/bootfleet/checks'

async function put(directory: string, name: string, script: string, mode = 0o755): Promise<void> {
  await mkdir(join(root, directory), { recursive: true })
  await writeFile(join(root, directory, name), `#!/bin/sh\n${script}\n`, { mode })
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bf-checks-'))
  places = { root, stateDir: join(root, 'var/lib/bootfleet'), checkTimeoutMs: 60_000 }
})
afterAll(() => rm(root, { recursive: true }))

describe('executable checks', () => {
  it('that failed are named in their order, with the end of what they said', async () => {
    await put(`${image}/required.d`, '10-good', 'exit 0')
    await put(`${image}/required.d`, '40-bad', 'yes "no answer" | head -n 10000; echo "from the application"; exit 3')
    await put('var/lib/bootfleet/checks/required.d', '30-quiet', 'exit 1')
    await put(`${image}/required.d`, 'README', 'exit 1', 0o644)
    const failed = await runCheckDirectory(places, 'required.d')
    expect(failed.map(({ check }) => check)).toEqual(['30-quiet', '40-bad'])
    expect(failed[0]).toEqual({ check: '30-quiet' })
    expect(failed[1]?.output).toMatch(/no answer\nfrom the application$/)
    expect(failed[1]?.output?.length).toBeLessThanOrEqual(1000)
  })

  it('of the image are replaced or switched off by the machine’s own', async () => {
    await put(`${image}/wanted.d`, '10-app', 'echo of the image; exit 1')
    await put(`${image}/wanted.d`, '20-gone', 'exit 1')
    await put(`${local}/wanted.d`, '10-app', 'echo of the machine; exit 1')
    await symlink('/dev/null', join(root, local, 'wanted.d/20-gone'))
    expect(await runCheckDirectory(places, 'wanted.d')).toEqual([{ check: '10-app', output: 'of the machine' }])
  })

  it('that do not end in time are killed with all that they started', async () => {
    const other = { ...places, root: join(root, 'other'), checkTimeoutMs: 3000 }
    const pidFile = join(root, 'pid')
    const script = `echo waiting for the application; sh -c 'echo $$ > ${pidFile}; exec sleep 600' & wait`
    await put('other/usr/lib/bootfleet/checks/wanted.d', '10-hangs', script)
    const [failed] = await runCheckDirectory({ ...other, stateDir: join(root, 'none') }, 'wanted.d')
    expect(failed?.check).toBe('10-hangs')
    expect(failed?.output).toMatch(/did not end within 3 s$/)
    const started = Number(await readFile(pidFile, 'utf8'))
    expect(started).toBeGreaterThan(0)
    await expect.poll(() => isGone(started), { timeout: 20_000 }).toBe(true)
  })
})

describe('the disk check', () => {
  it('fails when there is less than wanted, and not when it is off or nobody can tell', async () => {
    expect((await checkDisk(root, 1_000_000_000))[0]?.output).toMatch(/MiB free on the file system of .*wanted are/)
    expect(await checkDisk(root, 0)).toEqual([])
    expect(await checkDisk(join(root, 'nothing-here'), 1)).toEqual([])
  })
})

/** A killed process that nobody waited for is gone as well. */
async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat === undefined || /\) Z /.test(stat)
}

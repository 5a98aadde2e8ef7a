import { rmSync, writeFileSync, writeSync } from 'node:fs'
import { ensureImage, refOf } from './image.ts'
import { run } from './run.ts'
import { originOf, readSysroot } from './sysroot.ts'

const originFile = '/run/bootc.origin'

/** Pulls and stages an image that is named by its digest. */
export async function switchTo(image: string, progressFd: number | undefined): Promise<string> {
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1]
  if (digest === undefined) throw new Error(`Switching: ${image}: this one takes digests only`)
  const { booted, staged } = readSysroot()
  if ((staged ?? booted)?.image?.image === image) return 'Image specification is unchanged.'
  tell(progressFd, { type: 'Start', version: '0.1.0' })
  const version = await ensureImage(image, digest)
  writeFileSync(originFile, originOf(refOf(digest), { image, digest, version }))
  run('ostree', 'admin', 'deploy', '--stage', `--origin-file=${originFile}`, refOf(digest))
  rmSync(originFile)
  return `Queued for next boot: ${image}\n  Version: ${version}\n  Digest: ${digest}`
}

function tell(progressFd: number | undefined, event: object): void {
  if (progressFd !== undefined) writeSync(progressFd, `${JSON.stringify(event)}\n`)
}

/** References are digests: nothing newer is ever found, and only the lock of what is staged changes. */
export function upgrade({ downloadOnly, fromDownloaded }: { downloadOnly: boolean; fromDownloaded: boolean }): string {
  const { staged } = readSysroot()
  if (staged === undefined) {
    if (fromDownloaded) throw new Error('Upgrading: No staged deployment found')
    return 'No update available.'
  }
  if (staged.locked !== downloadOnly) run('ostree', 'admin', 'lock-finalization', ...(downloadOnly ? [] : ['--unlock']))
  return downloadOnly
    ? 'Image downloaded, but will not be applied on reboot'
    : 'Staged deployment will now be applied on reboot'
}

/** Boots the other deployment next, or the booted one again; what is staged is dropped. */
export function rollBack(): string {
  if (readSysroot().staged !== undefined) run('ostree', 'admin', 'undeploy', '0')
  const { booted, rollback, rollbackQueued } = readSysroot()
  const next = rollbackQueued ? booted : rollback
  if (next === undefined) throw new Error('Rolling back: No rollback available')
  run('ostree', 'admin', 'set-default', String(next.index))
  return `Next boot: ${rollbackQueued ? 'current' : 'rollback'} deployment`
}

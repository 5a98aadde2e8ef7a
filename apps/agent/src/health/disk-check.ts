import { statfs } from 'node:fs/promises'
import { failedCheck } from './check.ts'
import type { FailedCheck } from './check.ts'

const mib = 1024 ** 2

/** The file system that the machine keeps its data on has less than `minFreeMiB` left. 0 switches the check off. */
export async function checkDisk(path: string, minFreeMiB: number): Promise<FailedCheck[]> {
  if (minFreeMiB === 0) return []
  try {
    const { bavail, bsize } = await statfs(path)
    const freeMiB = Math.floor((bavail * bsize) / mib)
    if (freeMiB >= minFreeMiB) return []
    return [failedCheck('disk', `${freeMiB} MiB free on the file system of ${path}, wanted are ${minFreeMiB}`)]
  } catch {
    // Nobody can tell, which is no evidence against the image.
    return []
  }
}

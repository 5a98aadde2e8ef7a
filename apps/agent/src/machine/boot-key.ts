import { readFile } from 'node:fs/promises'
import { softRebootCount } from './systemd.ts'

/** Names this boot: `<kernel boot id>:<soft reboots>`, because a soft reboot keeps the kernel's id. */
export async function readBootKey(bootIdFile: string): Promise<string> {
  const bootId = (await readFile(bootIdFile, 'utf8')).trim()
  if (!/^[0-9a-f-]{8,64}$/.test(bootId)) throw new Error(`${bootIdFile} holds no boot id`)
  return `${bootId}:${await softRebootCount()}`
}

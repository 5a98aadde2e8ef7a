import { watchFile, unwatchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Digest } from '@bootfleet/contracts'
import { z } from 'zod'
import { messageOf } from '../log.ts'
import { bootResults } from './behaviour.ts'
import type { BootResult } from './behaviour.ts'

const lookEveryMs = 1000

/** How some images fare, on all models or on those that are named. Index digests count as well as manifest digests. */
export const ImageRule = z.strictObject({
  digests: z.array(Digest).min(1),
  models: z.array(z.string()).min(1).optional(),
  boot: z.enum(bootResults),
})
export type ImageRule = z.infer<typeof ImageRule>

const RulesFile = z.strictObject({ images: z.array(ImageRule).max(1000) })

/** The first rule that is about one of these digests on this model, or undefined. */
export function ruleFor(
  rules: readonly ImageRule[],
  image: { digests: readonly string[]; model: string },
): BootResult | undefined {
  const isMeant = (rule: ImageRule): boolean =>
    (rule.models === undefined || rule.models.includes(image.model)) &&
    rule.digests.some((digest) => image.digests.includes(digest))
  return rules.find(isMeant)?.boot
}

/** Rules from a file that is read again when it changes. `say` gets what is wrong with it; then the last good ones hold. */
export async function watchRules(
  path: string,
  say: (problem: string) => void,
): Promise<{ rules: () => readonly ImageRule[]; stop: () => void }> {
  let rules: readonly ImageRule[] = []

  async function read(): Promise<void> {
    try {
      rules = RulesFile.parse(JSON.parse(await readFile(path, 'utf8'))).images
    } catch (error) {
      say(`The rules in ${path} are not used: ${messageOf(error)}`)
    }
  }

  await read()
  watchFile(path, { interval: lookEveryMs }, () => void read())
  return { rules: () => rules, stop: () => unwatchFile(path) }
}

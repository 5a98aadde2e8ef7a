import type { EnrollmentDocument } from '@bootfleet/contracts'
import { CliError } from '../failure.ts'

/** What a machine is to become, for all formats. */
export interface Recipe {
  readonly document: EnrollmentDocument
  /** The image to install: `registry/repository`, with tag or digest. */
  readonly image: string
  readonly group: string
}

/** Where agents look for their document before anywhere else on disk. */
export const stateFile = '/var/lib/bootfleet/enroll.json'

/** The document as one line, with nothing in it that ends a quoted text of a shell. */
export function documentLine({ document }: Recipe): string {
  const { url, token, caSha256 } = document
  return JSON.stringify({ url, token, caSha256 }).replaceAll("'", String.raw`\u0027`)
}

/** Throws `usage` unless it is an image that can be written into scripts as it is. */
export function checkImage(image: string): string {
  if (/^[a-z0-9][a-z0-9._-]*(:\d+)?\/[a-z0-9._/-]+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/i.test(image)) return image
  throw new CliError('usage', `"${image}" is no image: write registry/repository:tag or registry/repository@sha256:….`)
}

import { EnrollmentDocument } from '@bootfleet/contracts'
import { log } from '../log.ts'
import { readOptional } from '../store/durable-file.ts'

/**
 * The first enrollment document among files in order of preference, and last on the kernel's command line:
 * `bootfleet.enroll=` with the document in base64. What is not one is logged and passed over.
 */
export async function findEnrollment(
  files: readonly string[],
  commandLine: string,
): Promise<EnrollmentDocument | undefined> {
  for (const file of files) {
    const text = await readOptional(file)
    const document = text === undefined ? undefined : readDocument(text, file)
    if (document !== undefined) return document
  }
  const argument = /(?:^|\s)bootfleet\.enroll=([\w+/=-]+)/.exec((await readOptional(commandLine)) ?? '')?.[1]
  const text = argument === undefined ? undefined : Buffer.from(argument, 'base64').toString('utf8')
  const document = text === undefined ? undefined : readDocument(text, 'bootfleet.enroll on the kernel command line')
  if (document === undefined) {
    log('enroll_document_missing', { remedy: `put an enrollment document at ${files.at(0) ?? ''}` })
  }
  return document
}

function readDocument(text: string, where: string): EnrollmentDocument | undefined {
  const parsed = EnrollmentDocument.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  log('enroll_document_invalid', { where, remedy: 'it must hold url, token and caSha256: put a new one there' })
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { EnrollmentDocument } from '@bootfleet/contracts'
import { log } from '../log.ts'
import { readOptional } from '../store/durable-file.ts'

/** The first enrollment document among files in order of preference. What is not one is logged and passed over. */
export async function findEnrollment(files: readonly string[]): Promise<EnrollmentDocument | undefined> {
  for (const file of files) {
    const text = await readOptional(file)
    if (text === undefined) continue
    const parsed = EnrollmentDocument.safeParse(parseJson(text))
    if (parsed.success) return parsed.data
    log('enroll_document_invalid', { file, remedy: 'it must hold url, token and caSha256: put a new one there' })
  }
  log('enroll_document_missing', { remedy: `put an enrollment document at ${files.at(0) ?? ''}` })
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

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
  let found = false
  const usable = (text: string | undefined, where: string): EnrollmentDocument | undefined => {
    found ||= text !== undefined
    return text === undefined ? undefined : readDocument(text, where)
  }
  for (const file of files) {
    const document = usable(await readOptional(file), file)
    if (document !== undefined) return document
  }
  const argument = /(?:^|\s)bootfleet\.enroll=([\w+/=-]+)/.exec((await readOptional(commandLine)) ?? '')?.[1]
  const text = argument === undefined ? undefined : Buffer.from(argument, 'base64').toString('utf8')
  const document = usable(text, 'bootfleet.enroll on the kernel command line')
  if (!found) log('enroll_document_missing', { remedy: `put an enrollment document at ${files.at(0) ?? ''}` })
  return document
}

function readDocument(text: string, where: string): EnrollmentDocument | undefined {
  const json = parseJson(text)
  const parsed = EnrollmentDocument.safeParse(json)
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ')
  log('enroll_document_invalid', {
    where,
    detail: json === undefined ? 'it is no JSON' : wrong,
    remedy: 'correct it, or put a new enrollment document there',
  })
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

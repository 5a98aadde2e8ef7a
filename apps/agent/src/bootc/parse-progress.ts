import { count, record, text } from './untrusted.ts'

/** Bytes of a pull, without what was there already. */
export interface PullProgress {
  bytes: number
  bytesTotal: number
  step: string
}

/** One line of bootc's progress; undefined for what says nothing new about bytes or steps. */
export function parseProgress(line: string): PullProgress | undefined {
  let event: ReturnType<typeof record>
  try {
    event = record(JSON.parse(line))
  } catch {
    return undefined
  }
  const step = text(event?.['task'])?.slice(0, 40)
  if (event === undefined || step === undefined) return undefined
  if (event['type'] === 'ProgressSteps') return { bytes: 0, bytesTotal: 0, step }
  const bytesTotal = count(event['bytesTotal'])
  // From other sources than a registry bootc counts more than it announced.
  return { bytes: Math.min(count(event['bytes']), bytesTotal), bytesTotal, step }
}

const maxLine = 64 * 1024

/** Cuts a stream into lines. A line that is too long is dropped, and the lines after it are whole again. */
export function createLineReader(onLine: (line: string) => void): (chunk: string) => void {
  let rest = ''
  let isSkipping = false
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!isSkipping) onLine(line)
      isSkipping = false
    }
    if (rest.length <= maxLine) return
    rest = ''
    isSkipping = true
  }
}

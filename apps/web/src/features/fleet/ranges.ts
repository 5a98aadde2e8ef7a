const dayMs = 86_400_000

/** Lengths of time that the boots are shown for. */
export const ranges = {
  hour: { name: 'Hour', ms: dayMs / 24 },
  day: { name: 'Day', ms: dayMs },
  week: { name: 'Week', ms: 7 * dayMs },
  month: { name: '30 days', ms: 30 * dayMs },
} as const
export type Range = keyof typeof ranges

/** The range that the URL names, if it names one. */
export function readRange(text: string | undefined): Range | undefined {
  return text !== undefined && Object.hasOwn(ranges, text) ? (text as Range) : undefined
}

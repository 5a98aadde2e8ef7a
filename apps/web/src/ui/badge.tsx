import { inWords } from '../lib/words.ts'

export type Tone = 'good' | 'bad' | 'busy' | 'attention' | 'quiet'

/** A state in a word; the colour only repeats what the word says. */
export function Badge({ state, tone }: { state: string; tone: Tone }) {
  return <span className={`badge badge-${tone}`}>{inWords(state)}</span>
}

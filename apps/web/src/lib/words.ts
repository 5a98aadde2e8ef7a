/** A state or a phase as it is shown: `timed_out` reads "timed out". */
export function inWords(state: string): string {
  return state.replaceAll('_', ' ')
}

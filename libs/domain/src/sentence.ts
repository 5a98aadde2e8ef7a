/** What people or agents wrote, with the full stop that it may lack, so that a sentence can follow it. */
export function withStop(text: string): string {
  const trimmed = text.trim()
  return trimmed === '' || /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`
}

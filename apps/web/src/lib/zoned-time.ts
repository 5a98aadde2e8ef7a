const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `Sat 2026-11-28 22:00`, as a clock on the wall shows it in an IANA zone; built from numbers, so that server and browser agree. */
export function zonedTime(at: number, timeZone: string): string {
  const options = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
  const parts = new Intl.DateTimeFormat('en', { ...options, hourCycle: 'h23', timeZone }).formatToParts(at)
  const part = (name: string) => parts.find(({ type }) => type === name)?.value ?? ''
  const day = `${part('year')}-${part('month')}-${part('day')}`
  return `${dayNames[new Date(`${day}T00:00:00Z`).getUTCDay()]} ${day} ${part('hour')}:${part('minute')}`
}

import type { Signal } from '@bootfleet/contracts'
import { counted } from '../../lib/amounts.ts'

/** Whom a signal is about. */
export function aboutText({ selector, devices }: Pick<Signal, 'selector' | 'devices'>): string {
  if (selector !== null) return selector
  return devices === null ? 'all devices' : counted(devices.length, 'device')
}

import type { Device } from '@bootfleet/contracts'

/** Whether it exists only in the memory of a simulation. */
export function isSimulated({ labels }: Pick<Device, 'labels'>): boolean {
  return labels['simulated'] === 'true'
}

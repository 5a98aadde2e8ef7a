/**
 * What is counted: `write`, a step of writing a file (made, synchronised, renamed) by the agent; `program`, a program that
 * the agent starts or that ends; `log`, a line of its log; `bootc`, a change that bootc makes, before and after it;
 * `shutdown`, a reboot that the agent asked for, before it is carried out.
 */
export type PowerEvent = 'write' | 'program' | 'log' | 'bootc' | 'shutdown'

/**
 * What happens at the `at`-th event of its kind, the first is 1. `agent`: the agent alone is killed. `power`: the power
 * goes. `finalize`: it goes while what is staged is made bootable. `reboot`: somebody else reboots the machine cleanly.
 */
export interface PowerPlan {
  kind: PowerEvent
  at: number
  how: 'agent' | 'power' | 'finalize' | 'reboot'
}

import { recordCloneSuspected } from '@bootfleet/operations'
import type { Logger } from '@bootfleet/telemetry'
import type { Parts } from '../gateway-parts.ts'
import { createTakeoverWatch } from './takeover-watch.ts'

/** How long a device with a suspected clone is asked to stay away. */
const retryAfterSec = 60

/** Told of each takeover; notes it and asks the device to go away when two machines seem to share its identity. */
export function watchClones(
  { services, dispatcher, onError }: Pick<Parts, 'services' | 'dispatcher' | 'onError'>,
  log: Logger,
): (deviceId: string) => void {
  const count = createTakeoverWatch()
  return (deviceId) => {
    const takeovers = count(deviceId, performance.now())
    if (takeovers === undefined) return
    log.warn({ deviceId, takeovers }, 'two machines seem to share an identity')
    recordCloneSuspected(services, { deviceId, takeovers }).catch(onError)
    dispatcher.control(deviceId, { kind: 'goaway', retryAfterSec }, 'mqtt')
  }
}

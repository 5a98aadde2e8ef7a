import { recordCloneSuspected, type Services } from '@bootfleet/operations'
import type { Logger } from '@bootfleet/telemetry'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import { createTakeoverWatch } from './takeover-watch.ts'

/** How long a device with a suspected clone is asked to stay away. */
const retryAfterSec = 60

/** Told of each sign of a second machine; when there are many, notes it and asks the device to go away for a while. */
export function watchClones(services: Services, dispatcher: Dispatcher, log: Logger): (deviceId: string) => void {
  const count = createTakeoverWatch()
  return (deviceId) => {
    const takeovers = count(deviceId, performance.now())
    if (takeovers === undefined) return
    log.warn({ deviceId, takeovers }, 'two machines seem to share an identity')
    recordCloneSuspected(services, { deviceId, takeovers }).catch((err: unknown) => log.error({ err }, 'not noted'))
    dispatcher.control(deviceId, { kind: 'goaway', retryAfterSec }, 'mqtt')
  }
}

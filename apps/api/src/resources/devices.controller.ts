import { Controller } from '@nestjs/common'
import { devices } from '@bootfleet/contracts'
import {
  collectLogs,
  explainDevice,
  getDeviceMachine,
  getDevice,
  getDeviceLog,
  listBoots,
  listDeviceEvents,
  listDeviceLogs,
  listDevices,
  pinDevice,
  rebootDevice,
  removeDevice,
  retryDevice,
  unpinDevice,
  unquarantineDevice,
  updateDevice,
} from '@bootfleet/operations'
import { Endpoint, Input, type InputOf } from '../http/endpoint.decorator.ts'

@Controller()
export class DevicesController {
  @Endpoint(devices.list)
  list(@Input() { ctx, query }: InputOf<typeof devices.list>) {
    return listDevices(ctx, query)
  }

  @Endpoint(devices.get)
  get(@Input() { ctx, params }: InputOf<typeof devices.get>) {
    return getDevice(ctx, params)
  }

  @Endpoint(devices.update)
  update(@Input() { ctx, params, body }: InputOf<typeof devices.update>) {
    return updateDevice(ctx, { ...params, ...body })
  }

  @Endpoint(devices.remove)
  remove(@Input() { ctx, params }: InputOf<typeof devices.remove>) {
    return removeDevice(ctx, params)
  }

  @Endpoint(devices.explain)
  explain(@Input() { ctx, params }: InputOf<typeof devices.explain>) {
    return explainDevice(ctx, params)
  }

  @Endpoint(devices.machine)
  machine(@Input() { ctx, params }: InputOf<typeof devices.machine>) {
    return getDeviceMachine(ctx, params)
  }

  @Endpoint(devices.boots)
  boots(@Input() { ctx, params, query }: InputOf<typeof devices.boots>) {
    return listBoots(ctx, { ...params, ...query })
  }

  @Endpoint(devices.events)
  events(@Input() { ctx, params, query }: InputOf<typeof devices.events>) {
    return listDeviceEvents(ctx, { ...params, ...query })
  }

  @Endpoint(devices.logs)
  logs(@Input() { ctx, params, query }: InputOf<typeof devices.logs>) {
    return listDeviceLogs(ctx, { ...params, ...query })
  }

  @Endpoint(devices.log)
  log(@Input() { ctx, params }: InputOf<typeof devices.log>) {
    return getDeviceLog(ctx, params)
  }

  @Endpoint(devices.unquarantine)
  unquarantine(@Input() { ctx, params, body }: InputOf<typeof devices.unquarantine>) {
    return unquarantineDevice(ctx, { ...params, ...body })
  }

  @Endpoint(devices.pin)
  pin(@Input() { ctx, params, body }: InputOf<typeof devices.pin>) {
    return pinDevice(ctx, { ...params, ...body })
  }

  @Endpoint(devices.unpin)
  unpin(@Input() { ctx, params }: InputOf<typeof devices.unpin>) {
    return unpinDevice(ctx, params)
  }

  @Endpoint(devices.retry)
  retry(@Input() { ctx, params }: InputOf<typeof devices.retry>) {
    return retryDevice(ctx, params)
  }

  @Endpoint(devices.reboot)
  reboot(@Input() { ctx, params }: InputOf<typeof devices.reboot>) {
    return rebootDevice(ctx, params)
  }

  @Endpoint(devices.collectLogs)
  collectLogs(@Input() { ctx, params }: InputOf<typeof devices.collectLogs>) {
    return collectLogs(ctx, params)
  }
}

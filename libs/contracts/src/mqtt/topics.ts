/** What a device sends, by topic under `bf/v1/{device}/`. `up/*` is durable (QoS 1), `tm/*` may be dropped (QoS 0). */
export const upKinds = [
  'up/hello',
  'up/state',
  'up/inventory',
  'up/drift',
  'up/boot',
  'up/ack',
  'up/presence',
  'tm/hb',
  'tm/progress',
  'tm/log',
] as const
export type UpKind = (typeof upKinds)[number]

export const downKinds = ['dn/desired', 'dn/ctl'] as const
export type DownKind = (typeof downKinds)[number]

const root = 'bf/v1'

/** The topic of one kind of one device: `bf/v1/{device}/{kind}`. */
export function topicOf(device: string, kind: UpKind | DownKind): string {
  return `${root}/${device}/${kind}`
}

/** Filters for a server that reads all devices through an MQTT broker. */
export const upFilters = { up: `${root}/+/up/+`, telemetry: `${root}/+/tm/+` } as const

/** Splits a topic into device and kind; `undefined` when it is none of ours. */
export function parseUpTopic(topic: string): { device: string; kind: UpKind } | undefined {
  const levels = topic.split('/')
  if (levels.length !== 5 || `${levels[0]}/${levels[1]}` !== root) return undefined
  const device = levels[2] ?? ''
  const kind = upKinds.find((known) => known === `${levels[3]}/${levels[4]}`)
  return kind && /^[a-z0-9][a-z0-9-]{0,62}$/.test(device) ? { device, kind } : undefined
}

import type { IncomingMessage, ServerResponse } from 'node:http'

export interface ApiProxySettings {
  readonly apiUrl: URL
  readonly webKey?: string | undefined
  readonly isProxy: (address: string) => boolean
}

export function createApiProxy(settings: ApiProxySettings): {
  readonly handle: (incoming: IncomingMessage, outgoing: ServerResponse) => void
  readonly endStreams: () => void
}

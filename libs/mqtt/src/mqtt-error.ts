/** Why a session could not be made or a message not be handed over. */
export type MqttErrorCode =
  | 'connect_failed'
  | 'connect_refused'
  | 'subscribe_refused'
  | 'timeout'
  | 'closed'
  | 'queue_full'
  | 'too_large'

/** Every expected failure of a session. `code` is stable. */
export class MqttError extends Error {
  override readonly name = 'MqttError'
  readonly code: MqttErrorCode

  constructor(code: MqttErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

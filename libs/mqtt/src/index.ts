export { MqttError } from './mqtt-error.ts'
export type { MqttErrorCode } from './mqtt-error.ts'
export { connectSession } from './connect-session.ts'
export type { Session, SessionOptions, SessionTls, SessionWill } from './session-options.ts'

/** Limits of the device protocol (docs/device-protocol.md). Sizes in bytes, rates per device. */
export const limits = {
  packetBytes: 128 * 1024,
  documentBytes: 64 * 1024,
  smallDocumentBytes: 8 * 1024,
  jsonDepth: 8,
  messagesPerSecond: 5,
  messageBurst: 20,
  keepaliveSec: 120,
  bootsKept: 50,
  batchMessages: 100,
} as const

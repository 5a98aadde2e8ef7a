/** One event of a stream; `id` is the last one that the stream named. */
export interface ServerSentEvent {
  readonly id: string | undefined
  readonly data: string
}

const maxEventLength = 1024 * 1024

/** Reads server-sent events from the body of an answer until it ends. Throws when an event is longer than 1 MiB. */
export async function* readServerSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let id: string | undefined
  for await (const block of readBlocks(body)) {
    const event = readBlock(block)
    id = event.id ?? id
    if (event.data !== '') yield { id, data: event.data }
  }
}

async function* readBlocks(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const blocks = (rest + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n').split('\n\n')
      rest = blocks.pop() ?? ''
      if (rest.length > maxEventLength) throw new Error('A server-sent event is too long.')
      yield* blocks
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function readBlock(block: string): { id: string | undefined; data: string } {
  const values = (field: string) =>
    block
      .split('\n')
      .flatMap((line) => (line.startsWith(`${field}:`) ? [line.slice(field.length + 1).trimStart()] : []))
  return { id: values('id').at(-1), data: values('data').join('\n') }
}

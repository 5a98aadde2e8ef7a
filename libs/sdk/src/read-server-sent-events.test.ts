import { expect, test } from 'vitest'
import { readServerSentEvents, type ServerSentEvent } from './read-server-sent-events.ts'

async function read(...chunks: string[]) {
  const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk))
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const chunk of bytes) controller.enqueue(chunk)
      controller.close()
    },
  })
  const events: ServerSentEvent[] = []
  for await (const event of readServerSentEvents(stream)) events.push(event)
  return events
}

test('events are found across chunks, comments are not events', async () => {
  expect(await read(': hi\n\nid: 7\nda', 'ta: {"a":1}\n\n', 'data: x\ndata: y\n\n', ': heartbeat\n\n')).toEqual([
    { id: '7', data: '{"a":1}' },
    { id: '7', data: 'x\ny' },
  ])
})

test('an event that is cut off is not one', async () => {
  expect(await read('id: 1\ndata: whole\n\nid: 2\ndata: cut')).toEqual([{ id: '1', data: 'whole' }])
})

test('an endless event is refused', async () => {
  await expect(read(`data: ${'x'.repeat(1024 * 1024 + 10)}`)).rejects.toThrow(/too long/)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, query, waitFor, type TestDatabase } from '@bootfleet/testkit'
import { listen, tryAdvisoryLock } from './index.ts'

let server: TestDatabase

beforeAll(async () => void (server = await createTestDatabase()))
afterAll(() => server[Symbol.asyncDispose]())

const cutAll = () =>
  query(
    server.adminUrl,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )

test('a lock is lost with its connection and can then be taken again', async () => {
  const lock = await tryAdvisoryLock(server.url, 7)
  expect(await tryAdvisoryLock(server.url, 7)).toBeUndefined()
  await cutAll()
  await lock!.lost
  await using again = await waitFor('the lock', () => tryAdvisoryLock(server.url, 7))
  expect(again).toBeDefined()
})

test('a listener whose connection is cut connects again and says so', async () => {
  const heard: string[] = []
  const stop = new AbortController()
  const onNotify = (channel: string | undefined, payload: string) =>
    void heard.push(`${channel ?? 'connected'} ${payload}`)
  const listening = listen({ url: server.url, channels: ['test'], onNotify, signal: stop.signal, retryMs: 10 })
  await waitFor('the listener', () => heard.length === 1)
  await cutAll()
  await waitFor('the listener again', () => heard.length === 2)
  await query(server.adminUrl, `NOTIFY test, 'x'`)
  await waitFor('the notification', () => heard.length === 3)
  expect(heard).toEqual(['connected ', 'connected ', 'test x'])
  stop.abort()
  await listening
})

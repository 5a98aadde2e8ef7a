import { expect, expectTypeOf, test } from 'vitest'
import type { Channel, Device, Page, Release } from '@bootfleet/contracts'
import { ApiError } from './api-error.ts'
import { createClient } from './client.ts'
import { iterate } from './iterate.ts'

const channel = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  name: 'edge',
  description: '',
  repository: 'registry.example/os',
  current: null,
  defaultPolicy: null,
  requireSignatures: false,
  createdAt: '2026-01-02T03:04:05.000Z',
  updatedAt: '2026-01-02T03:04:05.000Z',
}

function scripted(...answers: { status?: number; body: unknown }[]) {
  const requests: Request[] = []
  const send: typeof fetch = async (input, init) => {
    requests.push(new Request(input, init))
    const { status = 200, body } = answers[requests.length - 1] ?? { status: 500, body: undefined }
    return new Response(status === 204 ? null : JSON.stringify(body), { status })
  }
  const client = createClient({ baseUrl: 'http://api.example/prefix/', token: 't0k', fetch: send })
  return { client, requests }
}

test('calls are typed from the contract', () => {
  const { client } = scripted()
  expectTypeOf(client.channels.get).parameter(0).toExtend<{ params: { channel: string } }>()
  expectTypeOf(client.channels.get).returns.resolves.toEqualTypeOf<Channel>()
  expectTypeOf(client.devices.list).returns.resolves.toEqualTypeOf<Page<Device>>()
  expectTypeOf(client.channels.remove).returns.resolves.toEqualTypeOf<void>()
  const releases = () => iterate(client.releases.list, { params: { channel: 'edge' }, query: { limit: 2 } })
  expectTypeOf(releases).returns.toExtend<AsyncGenerator<Release>>()
  expectTypeOf(client.devices.list).parameter(0).toExtend<{ query?: object | undefined } | undefined>()
  // @ts-expect-error a channel must be named
  expect(() => client.channels.get()).toBeTypeOf('function')
})

test('parameters, query, token and key reach the server, and unknown answer fields are dropped', async () => {
  const { client, requests } = scripted({ body: { ...channel, secret: 1 } }, { body: { items: [], nextCursor: null } })
  expect(await client.channels.get({ params: { channel: 'edge/../x' } })).toEqual(channel)
  await client.devices.list({ query: { limit: 5, q: 'a b', group: undefined } })
  expect(requests.map(({ url }) => url)).toEqual([
    'http://api.example/prefix/v1/channels/edge%2F..%2Fx',
    'http://api.example/prefix/v1/devices?limit=5&q=a+b',
  ])
  expect(requests[0]?.headers.get('authorization')).toBe('Bearer t0k')
})

test('a dot segment never becomes another route', async () => {
  const { client, requests } = scripted()
  await expect(client.channels.remove({ params: { channel: '..' } })).rejects.toThrow(TypeError)
  expect(requests).toEqual([])
})

test('a refusal carries its problem', async () => {
  const problem = {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    code: 'channel_not_found',
    detail: 'x',
    requestId: 'r',
  }
  const { client } = scripted({ status: 404, body: problem }, { status: 502, body: 'oops' })
  const error = await client.channels.get({ params: { channel: 'x' } }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 404, code: 'channel_not_found', requestId: 'r', problem })
  await expect(client.channels.list()).rejects.toMatchObject({ status: 502, code: 'unknown' })
})

test('all pages of a list are one sequence', async () => {
  const { client, requests } = scripted(
    { body: { items: [channel], nextCursor: 'c1' } },
    { body: { items: [{ ...channel, name: 'next' }], nextCursor: null } },
  )
  const names: string[] = []
  for await (const { name } of iterate(client.channels.list, { query: { limit: 1 } })) names.push(name)
  expect(names).toEqual(['edge', 'next'])
  expect(requests[1]?.url).toContain('limit=1&cursor=c1')
})

import { resolveImage } from '@bootfleet/registry'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildImage, type BuiltImage } from '../../libs/testkit/src/build-image.ts'
import { answer, startFakeRegistry, type FakeRegistry } from './fake-registry.ts'

let image: BuiltImage
let trusted: FakeRegistry & AsyncDisposable
let hidden: FakeRegistry & AsyncDisposable

beforeAll(async () => {
  image = buildImage({ architectures: ['amd64'] })
  trusted = await startFakeRegistry(image)
  hidden = await startFakeRegistry(image)
})
afterAll(async () => {
  await trusted[Symbol.asyncDispose]()
  await hidden[Symbol.asyncDispose]()
})

const resolve = (host: string) => resolveImage(`${host}/demo/os:1.0`, { http: { trusted: [trusted.host] } })

it('asks a trusted registry on this machine, without TLS', async () => {
  trusted.intercept = () => false
  expect(await resolve(trusted.host)).toMatchObject({ indexDigest: image.top.digest, tag: '1.0' })
})

it('refuses another port of the same machine', async () => {
  await expect(resolve(hidden.host)).rejects.toMatchObject({ code: 'address_refused' })
})

it.each(['127.0.0.1', '127.0.0.1:1', ''])('takes trust in "%s" for no other registry', async (other) => {
  const asked = resolveImage(`${hidden.host}/demo/os:1.0`, { http: { trusted: [other] } })
  await expect(asked).rejects.toMatchObject({ code: 'address_refused' })
})

it('does not follow a trusted registry to another private host', async () => {
  trusted.intercept = ({ url }, response) =>
    url !== '/v2/' && answer(response, 307, { headers: { location: `http://${hidden.host}${url}` } })
  await expect(resolve(trusted.host)).rejects.toMatchObject({ code: 'address_refused' })
})

it.each(['http', 'https'])('takes no password to a token service on another private host (%s)', async (scheme) => {
  const challenge = { 'www-authenticate': `Bearer realm="${scheme}://${hidden.host}/token",service="s"` }
  trusted.intercept = ({ url }, response) => url !== '/v2/' && answer(response, 401, { headers: challenge })
  await expect(resolve(trusted.host)).rejects.toMatchObject({ code: 'address_refused' })
})

it('has not sent a single request to the other host', () => {
  expect(hidden.requests).toEqual([])
})

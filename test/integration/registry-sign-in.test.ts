import { resolveImage, type ResolvedImage, type ResolveImageOptions } from '@bootfleet/registry'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildImage } from '../../libs/testkit/src/build-image.ts'
import { answer, startFakeRegistry, type FakeRegistry } from './fake-registry.ts'

const image = buildImage({ version: '1.0.0' })
const http = { allowInsecure: true, allowPrivate: true }
const credentials = { username: 'robot', password: 'secret-password' }
const basic = `Basic ${btoa('robot:secret-password')}`

let fake: FakeRegistry & AsyncDisposable
beforeEach(async () => {
  fake = await startFakeRegistry(image)
})
afterEach(() => fake[Symbol.asyncDispose]())

function resolve(options: ResolveImageOptions = {}): Promise<ResolvedImage> {
  return resolveImage(`${fake.host}/acme/os:1`, { ...options, http: { ...http, ...options.http } })
}

const isManifest = (url = '') => url.includes('/manifests/')
const isBlob = (url = '') => url.includes('/blobs/')

describe('bearer tokens', () => {
  const challenge = (realm: string) => `Bearer realm="${realm}",service="fake",scope="repository:acme/os:pull"`
  const guard = (realm: () => string, tokenAnswer: object) => {
    fake.intercept = ({ url = '', headers }, response) => {
      if (url.startsWith('/token')) return answer(response, 200, { body: tokenAnswer })
      if (headers.authorization === 'Bearer t0ken' || url === '/v2/') return false
      return answer(response, 401, { headers: { 'www-authenticate': challenge(realm()) } })
    }
  }

  it.each([[{ token: 't0ken' }], [{ access_token: 't0ken' }]])('are fetched once and used: %j', async (tokenAnswer) => {
    guard(() => `http://${fake.host}/token?account=x`, tokenAnswer)
    expect((await resolve({ credentials })).version).toBe('1.0.0')
    const tokenRequests = fake.requests.filter(({ path }) => path.startsWith('/token'))
    expect(tokenRequests.map(({ path }) => path)).toEqual([
      '/token?account=x&service=fake&scope=repository%3Aacme%2Fos%3Apull',
    ])
    expect(tokenRequests[0]?.headers.authorization).toBe(basic)
    const others = fake.requests.filter(({ path }) => !path.startsWith('/token'))
    expect(others.map(({ headers }) => headers.authorization)).not.toContain(basic)
  })

  it('are fetched without credentials for a public repository', async () => {
    guard(() => `http://${fake.host}/token`, { token: 't0ken' })
    expect((await resolve()).version).toBe('1.0.0')
    expect(fake.requests.find(({ path }) => path.startsWith('/token'))?.headers.authorization).toBeUndefined()
  })

  it('that the registry does not accept end in an error, not in a loop', async () => {
    guard(() => `http://${fake.host}/token`, { token: 'other' })
    await expect(resolve({ credentials })).rejects.toMatchObject({ code: 'unauthorized' })
    expect(fake.requests.filter(({ path }) => path.startsWith('/token'))).toHaveLength(1)
  })

  it.each([
    ['no token', () => `http://${fake.host}/token`, {}, 'invalid_response'],
    [
      'a token that would break the header',
      () => `http://${fake.host}/token`,
      { token: 'a\r\nb: c' },
      'invalid_response',
    ],
    ['a realm that is no URL', () => 'token', {}, 'invalid_response'],
    ['a realm that is a file', () => 'file:///etc/passwd', {}, 'invalid_response'],
    ['a realm at the metadata service', () => 'http://169.254.169.254/latest', {}, 'address_refused'],
  ])('are refused with %s', async (...[, realm, tokenAnswer, code]) => {
    guard(realm, tokenAnswer)
    await expect(resolve({ credentials })).rejects.toMatchObject({ code })
  })
})

describe('redirects', () => {
  it('go to another host without the authorization, and stay verified', async () => {
    await using storage = await startFakeRegistry(image)
    fake.intercept = ({ url = '', headers }, response) => {
      if (url === '/v2/') return false
      if (headers.authorization !== basic)
        return answer(response, 401, { headers: { 'www-authenticate': 'Basic realm="x"' } })
      return isBlob(url) && answer(response, 307, { headers: { location: `http://${storage.host}${url}?signature=s` } })
    }
    storage.intercept = (request) => {
      request.url = request.url?.split('?')[0] ?? ''
      return false
    }
    expect((await resolve({ credentials })).version).toBe('1.0.0')
    expect(storage.requests).toHaveLength(2)
    for (const { headers } of storage.requests) expect(headers.authorization).toBeUndefined()
  })

  it('on the same host keep the authorization', async () => {
    fake.intercept = ({ url = '', headers }, response) => {
      if (url === '/v2/') return false
      if (headers.authorization !== basic)
        return answer(response, 401, { headers: { 'www-authenticate': 'Basic realm="x"' } })
      return (
        url.startsWith('/v2/acme/os/blobs/') &&
        answer(response, 302, { headers: { location: url.replace('/v2/acme', '/v2/moved') } })
      )
    }
    expect((await resolve({ credentials })).version).toBe('1.0.0')
  })

  it('never lead to a metadata service, into a circle or nowhere', async () => {
    const to = (location: string) => {
      fake.intercept = ({ url }, response) => isManifest(url) && answer(response, 302, { headers: { location } })
    }
    to('http://169.254.169.254/latest/meta-data')
    await expect(resolve()).rejects.toMatchObject({ code: 'address_refused' })
    to('/v2/acme/os/manifests/1')
    await expect(resolve()).rejects.toMatchObject({ code: 'invalid_response' })
    expect(fake.requests.filter(({ path }) => isManifest(path))).toHaveLength(7)
    to('http://[nowhere')
    await expect(resolve()).rejects.toMatchObject({ code: 'invalid_response' })
  })

  it('to another host are not answered with credentials when that host asks for them', async () => {
    await using storage = await startFakeRegistry(image)
    storage.intercept = (_request, response) =>
      answer(response, 401, { headers: { 'www-authenticate': 'Basic realm="x"' } })
    fake.intercept = ({ url }, response) =>
      isManifest(url) && answer(response, 307, { headers: { location: `http://${storage.host}/` } })
    await expect(resolve({ credentials })).rejects.toMatchObject({ code: 'unauthorized' })
    expect(storage.requests).toHaveLength(1)
  })
})

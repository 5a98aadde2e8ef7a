import { describe, expect, it } from 'vitest'
import { formatRepository, parseImageReference, registryApiHost } from './image-reference.ts'
import { RegistryError } from './registry-error.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('parseImageReference', () => {
  it.each([
    ['nginx', { registry: 'docker.io', repository: 'library/nginx' }],
    ['nginx:1', { registry: 'docker.io', repository: 'library/nginx', tag: '1' }],
    ['acme/os:1', { registry: 'docker.io', repository: 'acme/os', tag: '1' }],
    ['docker.io/nginx', { registry: 'docker.io', repository: 'library/nginx' }],
    ['index.docker.io/acme/os', { registry: 'docker.io', repository: 'acme/os' }],
    ['localhost/os', { registry: 'localhost', repository: 'os' }],
    ['localhost:5000/x', { registry: 'localhost:5000', repository: 'x' }],
    ['localhost:5000/x:y', { registry: 'localhost:5000', repository: 'x', tag: 'y' }],
    ['quay.io/acme/edge/os:v1.2_3-rc.1', { registry: 'quay.io', repository: 'acme/edge/os', tag: 'v1.2_3-rc.1' }],
    ['QUAY.io/acme/os', { registry: 'quay.io', repository: 'acme/os' }],
    ['10.0.0.1:5000/os', { registry: '10.0.0.1:5000', repository: 'os' }],
    ['[::1]:5000/os:1', { registry: '[::1]:5000', repository: 'os', tag: '1' }],
    [`quay.io/acme/os@${digest}`, { registry: 'quay.io', repository: 'acme/os', digest }],
    [`quay.io/acme/os:1@${digest}`, { registry: 'quay.io', repository: 'acme/os', tag: '1', digest }],
    ['quay.io/a__b/c.d-e', { registry: 'quay.io', repository: 'a__b/c.d-e' }],
  ])('reads %s', (text, expected) => {
    expect(parseImageReference(text)).toEqual(expected)
  })

  it.each([
    [''],
    [' nginx'],
    ['nginx:'],
    ['nginx:-1'],
    [`nginx:${'a'.repeat(129)}`],
    ['Nginx'],
    ['quay.io/'],
    ['quay.io/acme//os'],
    ['quay.io/acme/../os'],
    ['quay.io/acme/OS'],
    ['quay.io/-acme'],
    ['quay.io:0/os'],
    ['quay.io:70000/os'],
    ['-quay.io/os'],
    ['999.999.999.999/os'],
    ['[::zz]/os'],
    ['user@quay.io/os'],
    ['https://quay.io/acme/os'],
    ['docker://quay.io/acme/os'],
    ['quay.io/acme/os@sha256:abc'],
    [`quay.io/acme/os@${digest.toUpperCase()}`],
    [`quay.io/acme/os@${digest}@${digest}`],
    [`quay.io/acme/os@sha512:${'a'.repeat(128)}`],
    [`quay.io/${'a'.repeat(250)}`],
    ['a'.repeat(600)],
    ['quay.io/acme/os?x=1'],
    ['quay.io/acme/os%2f..'],
    ['quay.io/os\n'],
  ])('refuses %j', (text) => {
    expect(() => parseImageReference(text)).toThrow(expect.objectContaining({ code: 'invalid_reference' }))
  })

  it('says in the error what a reference looks like, without control characters of the input', () => {
    expect(() => parseImageReference('quay.io/os\u001b[31m')).toThrow(RegistryError)
    expect(() => parseImageReference('quay.io/os\u001b[31m')).toThrow('"quay.io/os?[31m" is not an image reference')
  })
})

it('formats a repository with its registry', () => {
  expect(formatRepository(parseImageReference('nginx:1'))).toBe('docker.io/library/nginx')
})

it('asks the API host of Docker Hub for docker.io, and every other registry by its name', () => {
  expect(registryApiHost('docker.io')).toBe('registry-1.docker.io')
  expect(registryApiHost('quay.io')).toBe('quay.io')
})

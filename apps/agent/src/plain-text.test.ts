import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lastSaidBy, plainJson, plainText, saidBy, withoutSecrets } from './plain-text.ts'

describe('what a program said', () => {
  it.each([
    ['a\u0000b', 'ab'],
    ['one\r\ntwo\rthree\n\tfour', 'one\ntwo\nthree\n\tfour'],
    ['\u001B[31merror:\u001B[0m \u001B]0;title\u0007no\u0007 host', 'error: no host'],
    ['\u009B31mred', '31mred'],
    ['abc\u202Edef\u2066g\uFEFF', 'abcdefg'],
    ['half \uD800 of a pair', 'half \uFFFD of a pair'],
    ['ä, 🙂 and 漢字 stay', 'ä, 🙂 and 漢字 stay'],
  ])('%j is %j as text', (said, text) => {
    expect(plainText(said)).toBe(text)
  })

  it.each([
    ['Get https://user:hunter2@quay.io/v2/?token=eyJhbGciOi.x: EOF', 'Get https://quay.io/v2/?… EOF'],
    ['pulling docker://alice@registry:5000/os:1', 'pulling docker://registry:5000/os:1'],
    ['Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.e30.abc denied', 'Authorization: Bearer … denied'],
    ['authorization: basic dXNlcjpwYXNzd29yZA==', 'authorization: basic …'],
    ['GET /v2/auth?service=quay.io&token=secret refused', 'GET /v2/auth?… refused'],
    [
      'basic authentication required by quay.io/acme/os@sha256:aa',
      'basic authentication required by quay.io/acme/os@sha256:aa',
    ],
    ['is it there? yes', 'is it there? yes'],
  ])('keeps no secret: %s', (said, text) => {
    expect(withoutSecrets(said)).toBe(text)
  })

  it('is bounded and whole, from whichever end it is cut', () => {
    const said = fc.string({ unit: 'binary', maxLength: 200 })
    fc.assert(
      fc.property(said, fc.integer({ min: 20, max: 60 }), (program, max) => {
        for (const text of [saidBy(program, max), lastSaidBy(program, max)]) {
          expect(text.length).toBeLessThanOrEqual(max)
          expect(text).toBe(plainText(text))
        }
      }),
    )
    expect(lastSaidBy(`x${'🙂'.repeat(20)}`, 21)).toBe(`\uFFFD${'🙂'.repeat(10)}`)
  })

  it('of megabytes is read at once', () => {
    for (const part of ['://', '://a@', '?', '?a', 'Bearer ', 'eyJ', 'eyJ-', '\u001B[', '\u001B]', '\r'])
      expect(saidBy(part.repeat(100_000), 100).length).toBeLessThanOrEqual(100)
  })

  it('is plain in every place of a message', () => {
    const message = { a: ['\u0000x', 1, null, { 'k\u0000': '\u202Ey' }], b: true, c: undefined }
    expect(plainJson(message)).toEqual({ a: ['x', 1, null, { k: 'y' }], b: true, c: undefined })
  })
})

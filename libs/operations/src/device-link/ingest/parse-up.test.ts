import { expect, test } from 'vitest'
import { judgeHello } from './judge-hello.ts'
import { isReject, parseUp } from './parse-up.ts'

const presence = { conn: '00000000-0000-4000-8000-000000000001', online: false, why: 'lwt' }
const envelope = { v: 1, id: 'x', inc: 1, epoch: 1, seq: 1, ts: 't', up: 1, body: presence }
const codeOf = (text: string | Uint8Array) => {
  const parsed = parseUp('up/presence', typeof text === 'string' ? Buffer.from(text) : text)
  return isReject(parsed) ? parsed.code : 'accepted'
}
const changed = (change: object) => JSON.stringify({ ...envelope, ...change })

test('a valid message is read, and what it brings beyond the schema is dropped', () => {
  const parsed = parseUp('up/presence', Buffer.from(changed({ more: 1, body: { ...presence, more: 2 } })))
  expect(parsed).toMatchObject({ kind: 'up/presence', body: presence })
  expect(JSON.stringify('body' in parsed && parsed.body)).not.toContain('more')
})

test.each([
  ['nothing', '', 'malformed_json'],
  ['a NUL byte', '\0', 'malformed_json'],
  ['half of a document', '{"v":1', 'malformed_json'],
  ['bytes that are no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'malformed_json'],
  ['null', 'null', 'unsupported_version'],
  ['another version', changed({ v: 2 }), 'unsupported_version'],
  ['depth', `${'['.repeat(4000)}${']'.repeat(4000)}`, 'forbidden_content'],
  ['NUL in text', changed({ ts: '\0' }), 'forbidden_content'],
  ['a lone surrogate', changed({ id: 'x' }).replace('"x"', '"\\ud800"'), 'forbidden_content'],
  ['a prototype', changed({}).replace('"v":1', '"v":1,"__proto__":{}'), 'forbidden_content'],
  ['an infinite number', changed({}).replace('"up":1', '"up":1e999'), 'invalid_envelope'],
  ['a negative sequence', changed({ seq: -1 }), 'invalid_envelope'],
  ['another body', changed({ body: { conn: 'x' } }), 'invalid_body'],
  ['too many bytes', changed({ pad: 'x'.repeat(9000) }), 'too_large'],
])('%s is refused', (_name, text, code) => {
  expect(codeOf(text)).toBe(code)
})

test.each([
  ['an older document', { lastGen: 4, lastHash: 'h' }, 'send'],
  ['the same document', { lastGen: 5, lastHash: 'h' }, 'same'],
  ['the same document, and no faith in it', { lastGen: 5, lastHash: 'h', full: true }, 'send'],
  ['the same number without a hash', { lastGen: 5 }, 'send'],
  ['the same number with another hash', { lastGen: 5, lastHash: 'other' }, 'behind'],
  ['a newer document', { lastGen: 6, lastHash: 'h' }, 'behind'],
  ['nothing', { lastGen: 0 }, 'send'],
])('a device that has %s', (_name, hello, verdict) => {
  expect(judgeHello({ lastHash: undefined, full: false, ...hello }, { gen: 5, hash: 'h' })).toBe(verdict)
})

import { expect, test } from 'vitest'
import { createLogger } from './create-logger.ts'

function capture() {
  const lines: string[] = []
  const log = createLogger('test', 'info', { write: (line) => void lines.push(line) })
  return { log, text: () => lines.join(''), line: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

test('a line is JSON with name, level, time and the given fields', () => {
  const { log, line } = capture()
  log.info({ rolloutId: 'r1', seq: 12n }, 'advanced')
  expect(line()).toMatchObject({ name: 'test', level: 'info', msg: 'advanced', rolloutId: 'r1', seq: '12' })
  expect(Date.parse(String(line()['time']))).not.toBeNaN()
})

test('fields that are named like secrets are left out at any depth', () => {
  const { log, text } = capture()
  const secrets = { token: 's1', headers: { Authorization: 's2', 'set-cookie': ['s3'] }, user: { passwordHash: 's4' } }
  log.info({ ...secrets, deep: [{ client_secret: 's5', apiKey: 's6', privateKeyPem: 's7', key: 's8' }] })
  expect(text()).not.toMatch(/s[1-8]"/)
  expect(text()).toContain('[redacted]')
})

test('ids and boot keys stay readable', () => {
  const { log, line } = capture()
  log.info({ tokenId: 't1', bootKey: 'b1', idempotencyKeyCount: 3 })
  expect(line()).toMatchObject({ tokenId: 't1', bootKey: 'b1' })
})

test('passwords in URLs and bearer tokens are removed from messages and errors', () => {
  const { log, text } = capture()
  const cause = new Error('refused by redis://:hunter2@cache:6379')
  log.error(
    { err: new Error('no answer from postgresql://app:hunter2@db:5432/x', { cause }) },
    'Bearer abcdefghij failed',
  )
  expect(text()).not.toContain('hunter2')
  expect(text()).not.toContain('abcdefghij')
  expect(text()).toContain('postgresql://app:[redacted]@db:5432/x')
  expect(text()).toContain('redis://:[redacted]@cache')
})

test('an error keeps its name, code and cause', () => {
  const { log, line } = capture()
  log.warn({ err: Object.assign(new TypeError('no', { cause: new Error('why') }), { code: 'E1' }) })
  expect(line()['err']).toMatchObject({ type: 'TypeError', message: 'no', code: 'E1', cause: { message: 'why' } })
})

test('an object that contains itself is logged', () => {
  const { log, line } = capture()
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  log.info({ loop })
  expect(line()['loop']).toBeDefined()
})

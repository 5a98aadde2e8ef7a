import { expect, test } from 'vitest'
import { readSettings } from './config.ts'

const digest = `sha256:${'a'.repeat(64)}`
const nowhere = { BOOTFLEET_DATA: '/nonexistent' }

test('a server and a token are enough', () => {
  const settings = readSettings(['--server', 'http://127.0.0.1:3000', '--token', 't'], nowhere)
  expect(settings).toMatchObject({ devices: 20, speed: 1, group: 'default', plan: { seed: '1' } })
  expect(settings.api).toEqual({ url: 'http://127.0.0.1:3000', token: 't' })
  expect(settings.plan.models[2]).toEqual({ name: 'panel-7', architecture: 'arm64' })
})

test('an enrollment file needs neither', () => {
  expect(readSettings(['--enroll', 'doc.json'], nowhere)).toMatchObject({ api: undefined, enrollFile: 'doc.json' })
})

test('what is missing or wrong is said with what to do', () => {
  expect(() => readSettings([], nowhere)).toThrow('npm start')
  expect(() => readSettings(['--server', 'http://127.0.0.1:3000'], nowhere)).toThrow('BOOTFLEET_TOKEN')
  expect(() => readSettings(['--enroll', 'f', '--devices', 'many'], nowhere)).toThrow('--devices')
  expect(() => readSettings(['--enroll', 'f', '--fails', 'abc'], nowhere)).toThrow('--fails')
  expect(() => readSettings(['--enroll', 'f', '--sites', 'Berlin'], nowhere)).toThrow('--sites')
})

test('an image that fails can be bound to a model', () => {
  const { rules } = readSettings(['--enroll', 'f', '--fails', `${digest}=panel-7`, '--fails', digest], nowhere)
  expect(rules).toEqual([
    { digests: [digest], models: ['panel-7'], boot: 'fails-to-boot' },
    { digests: [digest], boot: 'fails-to-boot' },
  ])
})

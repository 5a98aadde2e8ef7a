import { describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'

const root = '/srv/bootfleet'

describe('without any variable', () => {
  test('everything listens on this machine only and lies in the repository', () => {
    expect(readConfig({ env: {}, root })).toMatchObject({
      host: '127.0.0.1',
      ports: { web: 3000, api: 3001, device: 8443, mqtt: 8883 },
      dataFolder: '/srv/bootfleet/.bootfleet',
      addresses: {
        web: 'http://127.0.0.1:3000',
        device: 'https://127.0.0.1:8443',
        mqtt: { host: '127.0.0.1', port: 8883 },
      },
    })
  })

  test('an empty variable is an absent one', () => {
    expect(readConfig({ env: { PORT: '', HOST: '', DATABASE_URL: '', BOOTFLEET_DATA: '' }, root })).toEqual(
      readConfig({ env: {}, root }),
    )
  })
})

describe('what devices and people are told', () => {
  test.each([
    { env: { PUBLIC_HOST: 'fleet.example.org', PORT: '80' }, web: 'http://fleet.example.org:80' },
    { env: { HOST: '0.0.0.0' }, web: 'http://localhost:3000' },
    { env: { HOST: '192.0.2.7' }, web: 'http://192.0.2.7:3000' },
    { env: { HOST: '::1' }, web: 'http://[::1]:3000' },
    { env: { BOOTFLEET_WEB_URL: 'https://fleet.example.org' }, web: 'https://fleet.example.org' },
  ])('$env leads to $web', ({ env, web }) => {
    expect(readConfig({ env, root }).addresses.web).toBe(web)
  })

  test.each([
    { env: { MQTT_URL: 'mqtts://broker.example.org' }, mqtt: { host: 'broker.example.org', port: 8883 } },
    { env: { MQTT_URL: 'mqtt://user:secret@broker:1884' }, mqtt: { host: 'broker', port: 1884 } },
    {
      env: { MQTT_URL: 'mqtt://broker:1884', BOOTFLEET_MQTT_HOST: 'mqtt.example.org', BOOTFLEET_MQTT_PORT: '443' },
      mqtt: { host: 'mqtt.example.org', port: 443 },
    },
  ])('devices of an external broker connect to it: $mqtt.host', ({ env, mqtt }) => {
    expect(readConfig({ env, root }).addresses.mqtt).toEqual(mqtt)
  })
})

describe('the demo', () => {
  test('is there unless it is not wanted', () => {
    expect(readConfig({ env: {}, root }).demo).toBe(true)
    expect(readConfig({ env: {}, args: ['--no-demo'], root }).demo).toBe(false)
  })

  test('every option that there is not is named', () => {
    const args = ['--no-demo', '--nodemo', 'demo']
    const says = '--nodemo is not an option of npm start; --no-demo is; demo is not'
    expect(() => readConfig({ env: {}, args, root })).toThrow(says)
  })
})

describe('mistakes', () => {
  test.each([
    { env: { PORT: 'http' }, says: 'PORT must be a port from 1 to 65535' },
    { env: { API_PORT: '65536' }, says: 'API_PORT must be' },
    { env: { PORT: '0' }, says: 'PORT must be' },
    { env: { PORT: '3001' }, says: 'PORT and API_PORT are both 3001' },
    { env: { DATABASE_URL: 'mysql://x' }, says: 'DATABASE_URL must start with postgres://' },
  ])('$env is refused in a sentence', ({ env, says }) => {
    expect(() => readConfig({ env, root })).toThrow(says)
  })

  test('all of them are named at once, and no value that may be a secret', () => {
    const env = { PORT: 'x', REDIS_URL: 'http://user:secret@host' }
    expect(() => readConfig({ env, root })).toThrow(/^(?!.*secret).*PORT.*REDIS_URL/)
  })
})

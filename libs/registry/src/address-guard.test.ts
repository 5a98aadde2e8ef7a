import type { LookupAddress, LookupOptions } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { addressRefusal, classifyAddress, guardedLookup } from './address-guard.ts'

describe('classifyAddress', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2001:0:1::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:0a00:0001',
    '::127.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::',
    '64:ff9b:1::8.8.8.8',
    'example.com',
    '',
  ])('calls %j private', (address) => {
    expect(classifyAddress(address)).toBe('private')
  })

  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
  ])('calls %s a metadata service', (address) => {
    expect(classifyAddress(address)).toBe('metadata')
  })

  it.each([
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('calls %s public', (address) => {
    expect(classifyAddress(address)).toBe('public')
  })
})

describe('addressRefusal', () => {
  it('lets private addresses through only if they are allowed', () => {
    expect(addressRefusal('registry.lan', '10.0.0.1', false)?.message).toContain(
      'registry.lan (10.0.0.1) is a private address',
    )
    expect(addressRefusal('registry.lan', '10.0.0.1', true)).toBeUndefined()
  })

  it('never lets metadata services through', () => {
    expect(addressRefusal('x', '169.254.169.254', true)?.code).toBe('address_refused')
  })
})

describe('guardedLookup', () => {
  const look = (addresses: LookupAddress[], options: LookupOptions = {}) =>
    new Promise((resolve, reject) => {
      const lookup = guardedLookup(false, (_hostname, callback) => callback(null, addresses))
      lookup('registry.example', options, (error, address) => (error === null ? resolve(address) : reject(error)))
    })
  const open = { address: '8.8.8.8', family: 4 }
  const inner = { address: '127.0.0.1', family: 4 }

  it('hands out the addresses that it has checked, one or all', async () => {
    expect(await look([open])).toBe('8.8.8.8')
    expect(await look([open], { all: true })).toEqual([open])
  })

  it('refuses a name as soon as one of its addresses is not allowed', async () => {
    await expect(look([open, inner], { all: true })).rejects.toMatchObject({ code: 'address_refused' })
  })

  it('fails for a name without addresses', async () => {
    await expect(look([])).rejects.toMatchObject({ code: 'network' })
  })
})

import { expect, test } from 'vitest'
import { createTestDatabase, query } from '@bootfleet/testkit'
import { prepareQueue, queueSchema } from './prepare-queue.ts'

test('preparing twice, also at once, leaves an empty queue that the system role can use and a tenant cannot', async () => {
  await using server = await createTestDatabase()
  await Promise.all([prepareQueue(server.adminUrl), prepareQueue(server.adminUrl)])
  await prepareQueue(server.adminUrl)
  const table = `${queueSchema}.job`
  expect(await query(server.adminUrl, `SELECT FROM ${table}`)).toEqual([])
  const as = (role: string) => `${server.url}?options=-c%20role%3D${role}`
  expect(await query(as('bootfleet_system'), `SELECT FROM ${table}`)).toEqual([])
  await expect(query(as('bootfleet_tenant'), `SELECT FROM ${table}`)).rejects.toThrow(/permission denied/)
  await expect(query(server.url, `SELECT FROM ${table}`)).rejects.toThrow(/permission denied/)
  await expect(query(as('bootfleet_system'), `CREATE TABLE ${queueSchema}.x ()`)).rejects.toThrow(/permission denied/)
})

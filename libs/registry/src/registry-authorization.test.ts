import { expect, it } from 'vitest'
import { authorize } from './registry-authorization.ts'
import { openSession } from './registry-session.ts'

const reference = { registry: 'registry.example', repository: 'acme/os' }
const credentials = { username: 'robot', password: 'pässword' }

it('answers a basic challenge with the credentials in UTF-8', async () => {
  const session = await openSession(reference, { credentials })
  expect(await authorize(session, 'Basic realm="x"')).toBe(`Basic ${Buffer.from('robot:pässword').toString('base64')}`)
})

it('refuses a token service without https unless insecure connections are allowed', async () => {
  const session = await openSession(reference, { credentials })
  await expect(authorize(session, 'Bearer realm="http://auth.example/token"')).rejects.toMatchObject({
    code: 'address_refused',
    message: expect.stringContaining('without https (auth.example)'),
  })
})

it.each([undefined, '', 'Negotiate', 'Basic realm="x"'])(
  'asks for credentials when there are none: %j',
  async (header) => {
    const session = await openSession(reference, {})
    await expect(authorize(session, header)).rejects.toMatchObject({ code: 'unauthorized', status: 401 })
  },
)

import { createUser, listPeople, removePerson, systemCtx, type Ctx, type Services } from '@bootfleet/operations'
import { newPassword, organization } from './first-admin.ts'
import { say } from './say.ts'
import { StartError } from './start-error.ts'

const roles = ['viewer', 'operator', 'approver', 'admin'] as const

export type PersonRole = (typeof roles)[number]

/** A role that a person can have. Throws StartError for another. */
export function readRole(text: string | undefined): PersonRole {
  const role = roles.find((known) => known === text)
  if (role === undefined) throw new StartError(`Name a role: --role ${roles.join(', --role ')}.`)
  return role
}

/** Adds a person and prints the password, this once. */
export async function addPerson(services: Services, input: { email: string; role: PersonRole }): Promise<void> {
  const { role } = input
  const email = input.email.trim().toLowerCase()
  const password = newPassword()
  await createUser(await contextOf(services), { email, name: email, role, password })
  say(`${email} can sign in as ${role} at ${services.addresses.web}.\n  Password  ${password}`)
}

/** Prints who can sign in. */
export async function printPeople(services: Services): Promise<void> {
  const people = await listPeople(await contextOf(services))
  const width = Math.max(...people.map(({ email }) => email.length), 0)
  for (const { email, role, createdAt } of people)
    say(`${email.padEnd(width)}  ${role.padEnd(8)}  since ${createdAt.toISOString().slice(0, 10)}`)
}

/** Shuts a person out. */
export async function dismissPerson(services: Services, { email }: { email: string }): Promise<void> {
  const { sessions, tokens } = await removePerson(await contextOf(services), { email })
  say(`${email} is removed: sessions ended: ${sessions}, API tokens revoked: ${tokens}.`)
}

async function contextOf(services: Services): Promise<Ctx> {
  const { slug } = organization
  const found = await services.db.transaction('system', (tx) =>
    tx.organization.findUnique({ where: { slug }, select: { id: true } }),
  )
  if (found === null) throw new StartError('Nothing is set up yet: run npm start first.')
  return systemCtx(services, found.id)
}

import { OperationError } from '../errors.ts'

const minLength = 12

/** Throws `invalid` for a password that is too short to be one. */
export function checkPassword(password: string): void {
  if (password.length >= minLength && password.length <= 1024) return
  const message = `A password has at least ${minLength} characters.`
  throw new OperationError('invalid', message, { reason: 'weak_password', field: 'password' })
}

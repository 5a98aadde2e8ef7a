import { ApiError, createClient, type Client } from '@bootfleet/sdk'

/** The API by the origin that the page came from; the browser adds the session cookie. */
export function browserApi(): Client {
  return createClient({ baseUrl: window.location.origin })
}

/** What went wrong, in a sentence for whoever pressed the button. */
export function problemText(error: unknown): string {
  if (error instanceof ApiError && error.problem) {
    const { detail, errors = [] } = error.problem
    return [detail, ...errors.map(({ field, message }) => `${field} ${message}.`)].join(' ')
  }
  return 'The server does not answer. Check the connection, then try again.'
}

import type { Problem } from '@bootfleet/contracts'
import { ApiError, createClient, type Client } from '@bootfleet/sdk'
import { cookies, headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { apiUrl } from './config.ts'
import { paths } from './paths.ts'

/** Set by the dashboard's server on every request; whatever a browser sent in it is overwritten. */
const pathHeader = 'x-bootfleet-path'

/** With a cookie alone the API answers a POST only to our own pages, and a preview is a POST. Nothing here changes anything. */
const ownPages = { 'sec-fetch-site': 'same-origin' }

/**
 * Reads from the API as whoever has the session cookie of this request. Without a valid session it leads to the
 * sign-in page and from there back; what does not exist is the page that says so.
 */
export async function readApi<T>(read: (api: Client) => Promise<T>): Promise<T> {
  const cookie = (await cookies()).toString()
  const api = createClient({ baseUrl: apiUrl(), headers: { cookie, ...ownPages }, fetch: fetchFresh })
  try {
    return await read(api)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.status === 401) redirect(paths.login((await headers()).get(pathHeader) ?? undefined))
    if (error.status === 404 || error.status === 400) notFound()
    throw error
  }
}

/** Like `readApi`, for what a person typed: a refusal is shown beside the fields instead of being a broken page. */
export async function readApiOrProblem<T>(
  read: (api: Client) => Promise<T>,
): Promise<{ value: T; problem?: undefined } | { value?: undefined; problem: Problem }> {
  return readApi(async (api) => {
    try {
      return { value: await read(api) }
    } catch (error) {
      if (error instanceof ApiError && error.problem && error.status >= 400 && error.status !== 401) {
        if (error.status < 500) return { problem: error.problem }
      }
      throw error
    }
  })
}

const fetchFresh: typeof fetch = (input, init) => fetch(input, { ...init, cache: 'no-store' })

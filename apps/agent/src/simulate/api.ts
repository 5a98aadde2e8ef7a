import { Problem } from '@bootfleet/contracts'
import type { z } from 'zod'

const timeoutMs = 30_000

/** The operators' HTTP API of a server, with a token that may enroll and remove devices. */
export interface Api {
  url: string
  token: string
}

export interface ApiCall {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: unknown
}

/** One call; the answer is checked by `schema`. Throws what the server said, or why it said nothing. */
export async function callApi<S extends z.ZodType>(api: Api, call: ApiCall, schema: S): Promise<z.output<S>> {
  const response = await send(api, call)
  if (!response.ok) throw await refusalOf(response, call)
  return schema.parse(response.status === 204 ? undefined : await response.json())
}

async function send({ url, token }: Api, { method, path, body }: ApiCall): Promise<Response> {
  try {
    return await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch (cause) {
    throw new Error(`${url} does not answer: is the server running, and is this its address?`, { cause })
  }
}

async function refusalOf(response: Response, { method, path }: ApiCall): Promise<Error> {
  const problem = Problem.safeParse(await response.json().catch(() => undefined))
  const said = problem.success ? (problem.data.detail ?? problem.data.title) : `status ${response.status}`
  return new Error(`${method} ${path} was refused: ${said}`)
}

export interface ClientOptions {
  /** Where the API is, `http://127.0.0.1:3001`; may have a path. */
  readonly baseUrl: string
  /** API token or session token, or how to get the one of now. Browsers go without: they have the session cookie. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>)
  readonly fetch?: typeof fetch
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface CallOptions {
  readonly signal?: AbortSignal
  /** Makes a POST safe to repeat: the same key with the same body is carried out once. */
  readonly idempotencyKey?: string
}

/** URL of a path of the API. */
export function urlOf({ baseUrl }: ClientOptions, path: string): URL {
  return new URL(`${baseUrl.replace(/\/+$/, '')}${path}`)
}

/** Headers that every request of the client carries. */
export async function headersOf({ token, headers }: ClientOptions): Promise<Record<string, string>> {
  const current = typeof token === 'function' ? await token() : token
  return { ...headers, ...(current !== undefined && { authorization: `Bearer ${current}` }) }
}

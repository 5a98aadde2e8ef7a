import { Problem } from '@bootfleet/contracts'

/** The server refused a request, or something on the way did. `problem` is what the server said, if it was its own. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly problem: Problem | undefined

  constructor(status: number, body: unknown, requestId?: string) {
    const parsed = Problem.safeParse(body)
    const said = parsed.success ? parsed.data.detail : 'no problem document; is this the address of the API?'
    super(`The API answered ${status}: ${said}`)
    this.status = status
    this.problem = parsed.success ? parsed.data : undefined
    this.#requestId = requestId
  }

  readonly #requestId: string | undefined

  /** Stable word to act upon; `unknown` when something on the way answered. */
  get code(): string {
    return this.problem?.code ?? 'unknown'
  }

  /** Finds the request in the server's log. */
  get requestId(): string | undefined {
    return this.problem?.requestId ?? this.#requestId
  }
}

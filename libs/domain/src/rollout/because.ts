/** A structured reason: a stable code, the sentence shown to people, and the numbers behind it. */
export interface Because {
  readonly code: string
  readonly message: string
  readonly [detail: string]: string | number | boolean | null | undefined
}

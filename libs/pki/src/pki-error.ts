/** Why something about keys, certificates, signatures or secrets was refused. */
export type PkiErrorCode =
  | 'authority_expired'
  | 'bad_signature'
  | 'cannot_decrypt'
  | 'certificate_expired'
  | 'connection_failed'
  | 'invalid_authority'
  | 'invalid_certificate'
  | 'invalid_csr'
  | 'invalid_key'
  | 'invalid_master_key'
  | 'invalid_name'
  | 'invalid_password'
  | 'invalid_validity'
  | 'malformed'
  | 'pin_mismatch'
  | 'token_expired'
  | 'unknown_key'
  | 'unsupported_key'
  | 'wrong_audience'
  | 'wrong_device'

/** Every expected failure of this library. `code` is stable; the message never contains a secret. */
export class PkiError extends Error {
  override readonly name = 'PkiError'
  readonly code: PkiErrorCode

  constructor(code: PkiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

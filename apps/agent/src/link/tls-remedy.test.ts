import { expect, it } from 'vitest'
import { tlsRemedy } from './tls-remedy.ts'

const now = new Date('1970-01-01T00:01:00Z')

it.each([
  ['cannot connect to fleet.test: certificate is not yet valid', /machine's clock says 1970-01-01T00:01:00/],
  ['certificate has expired', /machine's clock says 1970/],
  ['ssl3_read_bytes:sslv3 alert certificate expired', /own certificate has expired/],
  ['tls_validate_record_header:wrong version number', /check host and port/],
])('what helps against "%s" is said', (detail, remedy) => {
  expect(tlsRemedy(detail, now)).toMatch(remedy)
})

it('nothing is made up for what speaks for itself', () => {
  expect(tlsRemedy('connect ECONNREFUSED 127.0.0.1:1', now)).toBeUndefined()
})

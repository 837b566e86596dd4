import { expect, test } from 'vitest'
import { addSentences, isMissing, ProblemError, problemOf, sentenceOf } from '../../client/src/errors.ts'
import { errorsEn } from '../../client/src/session/errorsEn.ts'

addSentences(errorsEn)

// biome-ignore format: the table is the specification
test.for([
  // what the server said                                                                          status code                  sentence
  [{ code: 'PT410', details: 'invitation_expired', message: 'This invitation has expired.' },      410, 'invitation_expired',  /expired/],
  [{ code: 'PT429', details: 'too_many_invitations', message: 'There are 500 open invitations.' }, 429, 'too_many_invitations', /500 open/],
  [{ code: 'PT409', details: 'a_code_of_tomorrow', message: 'This is said for people.' },          409, 'a_code_of_tomorrow',  /said for people/],
  [{ code: '42501', message: 'permission denied for table members' },                              403, 'forbidden',           /may not do this/],
  [{ code: '23505', message: 'duplicate key value violates …' },                                   409, 'conflict',            /same moment/],
  [{ code: 'PGRST116', message: 'JSON object requested, multiple (or no) rows returned' },         406, 'not_found',           /does not exist/],
  [{ code: 'XX000', message: 'stack depth limit exceeded at 0x7f' },                               500, 'unknown',             /on our side/],
  [{ code: '', message: 'TypeError: Failed to fetch' },                                            0,   'offline',             /cannot be reached/],
  [{ code: 'invalid_credentials', message: 'Invalid login credentials' },                          400, 'invalid_credentials', /address or the password/],
  [{ code: 'otp_expired', message: 'Token has expired or is invalid' },                            403, 'otp_expired',         /code or link is wrong/],
  [{ code: 'session_not_found', message: 'Session not found' },                                    403, 'session_ended',       /Sign in again/],
  [{ message: 'JWT expired' },                                                                     401, 'session_ended',       /Sign in again/],
] as const)('[CLIENT1] %o with status %i is %s, and a sentence for people', ([refusal, status, code, sentence]) => {
  const problem = problemOf(refusal, status)
  expect(problem).toMatchObject({ status, code })
  expect(sentenceOf(problem)).toMatch(sentence)
})

test('[CLIENT1] who was too quick is told when to try again', () => {
  expect(sentenceOf(problemOf({ code: 'over_request_rate_limit' }, 429, 42))).toBe('Too many tries. Try again in 42 seconds.')
  expect(sentenceOf(problemOf({ code: 'over_request_rate_limit' }, 429, 300))).toBe('Too many tries. Try again in 5 minutes.')
  expect(sentenceOf(problemOf({}, 429))).toMatch(/Wait a moment/)
})

test('[CLIENT1] nothing of an unexpected error is shown', () => {
  expect(sentenceOf(new TypeError("Cannot read properties of undefined (reading 'id')"))).toMatch(/on our side/)
})

test('[CLIENT2] what is hidden looks like what does not exist', () => {
  expect([403, 404, 406].every((status) => isMissing(new ProblemError(status, 'any', '')))).toBe(true)
  expect(isMissing(new ProblemError(500, 'unknown', ''))).toBe(false)
})

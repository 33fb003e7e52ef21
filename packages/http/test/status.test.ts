import { Buffer } from 'node:buffer'
import type { UserError } from '@alkahest/core'
import { describe, expect, test } from 'vitest'
import { checkStatus, parseAnswer } from '../src/index.ts'
import type { HttpAnswer } from '../src/index.ts'

function answer(status: number, body: string, headers: Record<string, string> = {}): HttpAnswer {
  const url = 'http://127.0.0.1:4873/@scope%2fname?token=secret'
  return { status, headers, url, purpose: 'publish @scope/name', body: Buffer.from(body) }
}

function failureOf(act: () => unknown): UserError {
  try {
    act()
  } catch (error) {
    return error as UserError
  }
  return expect.unreachable('it should have failed')
}

describe('checkStatus', () => {
  test.each([200, 201, 204, 304])('%i is fine', (status) => {
    expect(() => checkStatus(answer(status, ''))).not.toThrow()
  })

  const from = 'cannot publish @scope/name: http://127.0.0.1:4873 answered'
  test.each([
    [
      401,
      {},
      '{"error":"who are you"}',
      'REGISTRY_UNAUTHORIZED',
      `${from} 401: who are you`,
      'log in with `alk login`, or put a valid token into .npmrc',
    ],
    [
      401,
      { 'www-authenticate': 'Basic, OTP' },
      '{}',
      'REGISTRY_OTP_NEEDED',
      `${from} 401`,
      'give the one-time password of your authenticator with --otp',
    ],
    [
      403,
      {},
      '{"message":"not yours"}',
      'REGISTRY_FORBIDDEN',
      `${from} 403: not yours`,
      'ask the owner of the package or the operator of the registry',
    ],
    [
      404,
      {},
      '{"error":"not found"}',
      'REGISTRY_NOT_FOUND',
      `${from} 404: not found`,
      'check the name, and that it is the registry which has it',
    ],
    [
      409,
      {},
      '{"error":"conflict","reason":"twice"}',
      'REGISTRY_CONFLICT',
      `${from} 409: conflict`,
      'a published version never changes; publish under a new version',
    ],
    [
      400,
      {},
      '{"error":"bad name"}',
      'REGISTRY_ERROR',
      `${from} 400: bad name`,
      'the registry understood the request and refuses it',
    ],
    [
      503,
      {},
      'out of\r\norder',
      'REGISTRY_ERROR',
      `${from} 503: out of order`,
      'try again later; the log of the registry says more',
    ],
    [
      502,
      { 'content-type': 'text/html' },
      '<html>Bad gateway</html>',
      'REGISTRY_ERROR',
      `${from} 502`,
      'try again later; the log of the registry says more',
    ],
    [
      500,
      {},
      'x'.repeat(500),
      'REGISTRY_ERROR',
      `${from} 500: ${'x'.repeat(400)}...`,
      'try again later; the log of the registry says more',
    ],
  ])('%i %j is an error in the words of the server', (...row) => {
    const [status, headers, body, code, message, hint] = row
    const failure = failureOf(() => checkStatus(answer(status, body, headers)))
    expect({ code: failure.code, message: failure.message, hint: failure.hint }).toEqual({ code, message, hint })
  })

  test('what the server says cannot move the cursor', () => {
    const failure = failureOf(() => checkStatus(answer(500, '{"error":"\\u001b[2Jgone\\nnext"}')))
    expect(failure.message).toBe('cannot publish @scope/name: http://127.0.0.1:4873 answered 500: [2Jgone next')
  })
})

describe('parseAnswer', () => {
  test('reads JSON', () => {
    expect(parseAnswer(answer(200, '{"a":[1]}'))).toEqual({ a: [1] })
  })

  test.each([
    ['<html>hello</html>', { 'content-type': 'text/html' }, 'what is not JSON but text/html'],
    ['{"a":', { 'content-type': 'application/json' }, 'what is not JSON'],
    ['', {}, 'nothing'],
  ])('%j is nonsense', (body, headers, what) => {
    const failure = failureOf(() => parseAnswer(answer(200, body, headers)))
    expect({ code: failure.code, message: failure.message, hint: failure.hint }).toEqual({
      code: 'REGISTRY_NONSENSE',
      message: `cannot publish @scope/name: http://127.0.0.1:4873 answered ${what}`,
      hint: 'check that the address is that of an npm registry, and what stands between it and this machine',
    })
  })
})

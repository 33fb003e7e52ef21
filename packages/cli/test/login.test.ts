import { expectErrorGolden } from '@alkahest/test-support'
import { describe, expect, it, vi } from 'vitest'
import type { Mock } from 'vitest'
import type { Operations } from '../src/operations.ts'
import { alk } from './test-world.ts'

const registry = 'http://127.0.0.1:4873/'

function operations(): { readonly login: Mock<Operations['login']> } {
  return { login: vi.fn<Operations['login']>(async (_context, { username }) => ({ registry, username })) }
}

describe('alk login', () => {
  it('asks on a terminal for what is missing', async () => {
    const { login } = operations()
    const run = await alk(['login'], { operations: { login }, isTerminal: true, answers: ['ada', 'secret', ''] })
    expect(run.questions).toEqual(['User name', 'Password', 'E-mail address (for a new account; may be empty)'])
    expect(login).toHaveBeenCalledExactlyOnceWith(expect.anything(), { username: 'ada', password: 'secret' })
    expect(run.stdout).toBe('Logged in to http://127.0.0.1:4873/ as ada\n')
  })

  it('takes everything from options and stdin, and asks nothing', async () => {
    const { login } = operations()
    const argv = ['login', '-u', 'ada', '--email', 'a@b.c', '--password-stdin', '--registry', registry, '--scope', '@s']
    const run = await alk(argv, { operations: { login }, stdin: 'se cret\n' })
    expect(run.questions).toEqual([])
    expect(login).toHaveBeenCalledExactlyOnceWith(expect.anything(), {
      registry,
      scope: '@s',
      username: 'ada',
      password: 'se cret',
      email: 'a@b.c',
    })
  })

  it('takes everything from the environment', async () => {
    const { login } = operations()
    const env = { ALK_USERNAME: 'ada', ALK_PASSWORD: 'secret', ALK_EMAIL: 'a@b.c' }
    await alk(['login'], { operations: { login }, env })
    expect(login).toHaveBeenCalledExactlyOnceWith(expect.anything(), {
      username: 'ada',
      password: 'secret',
      email: 'a@b.c',
    })
  })

  it.each([
    ['without a terminal', {}],
    ['in CI', { isTerminal: true, env: { CI: 'true', NO_COLOR: '1' } }],
  ])('fails %s instead of waiting for ever', async (_name, options) => {
    const { login } = operations()
    const run = await alk(['login'], { ...options, operations: { login } })
    expect(run.exitCode).toBe(1)
    expectErrorGolden('LOGIN_INPUT_MISSING', run.stderr)
    const named = await alk(['login', '-u', 'ada', '--json'], { ...options, operations: { login } })
    expect(JSON.parse(named.stdout)).toEqual({
      ok: false,
      error: {
        code: 'LOGIN_INPUT_MISSING',
        message: 'login needs a password, and there is no terminal to ask on',
        hint: 'give it with --password-stdin or ALK_PASSWORD',
      },
    })
    expect(login).not.toHaveBeenCalled()
  })

  it('ends with 130 when the person cancels', async () => {
    const { login } = operations()
    expect(await alk(['login'], { operations: { login }, isTerminal: true, answers: [undefined] })).toMatchObject({
      exitCode: 130,
    })
  })

  it('never takes a password as an argument', async () => {
    expect((await alk(['login', '--password', 'x'])).exitCode).toBe(2)
  })
})

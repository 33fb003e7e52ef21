import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeProviders } from '../src/providers.ts'
import { Secrets } from '../src/secrets.ts'
import { temporaryFolder } from './temporary.ts'

test('a JSON file, a credential and the output of a command', () => {
  using world = temporaryFolder()
  writeFileSync(join(world.folder, 'x.json'), '{"url": "db"}')
  writeFileSync(join(world.folder, 'token'), 'secret\n')
  const providers = makeProviders(world.folder, { CREDENTIALS_DIRECTORY: world.folder, PATH: process.env.PATH })
  expect(providers.jsonFile('x.json')).toEqual({ url: 'db' })
  expect(providers.credential('token')).toBe('secret')
  expect(providers.command('printf', '%s\n', '$HOME; x')).toBe('$HOME; x')
})

test('what cannot be read is named, and what was read is not', () => {
  using world = temporaryFolder()
  writeFileSync(join(world.folder, 'bad.json'), 'password=hunter2')
  const providers = makeProviders(world.folder, { PATH: process.env.PATH })
  expect(() => providers.jsonFile('bad.json')).toThrow(`${world.folder}/bad.json is not JSON`)
  expect(() => providers.jsonFile('none.json')).toThrow(`${world.folder}/none.json cannot be read (ENOENT)`)
  expect(() => providers.credential('token')).toThrow('the credential token is wanted, but systemd passed none')
  expect(() => providers.command('false')).toThrow('false failed (exit code 1)')
  expect(() => providers.command('no-such-program')).toThrow('no-such-program failed (ENOENT)')
  const escaping = makeProviders(world.folder, { CREDENTIALS_DIRECTORY: world.folder })
  expect(() => escaping.credential('../x')).toThrow('"../x" cannot be the name of a credential')
})

test('a Standard Schema: its value, or all its problems at once', async () => {
  const { validate } = makeProviders('/', {})
  const schema = (outcome: object): object => ({ '~standard': { version: 1, vendor: 'test', validate: () => outcome } })
  expect(await validate(schema({ value: 1 }), '1')).toBe(1)
  const issues = [{ message: 'must be a URL', path: ['db', { key: 'url' }] }, { message: 'is empty' }]
  await expect(validate(schema({ issues }), {})).rejects.toThrow(
    'the configuration is not valid:\n  db.url: must be a URL\n  (the whole): is empty',
  )
  await expect(validate({}, {})).rejects.toThrow('what config.mjs validates with is not a Standard Schema')
})

test('no error repeats what a provider gave or what a variable keeps secret', async () => {
  using world = temporaryFolder()
  writeFileSync(join(world.folder, 'x.json'), '{"db": {"password": "hunter2", "pin": 12345}}')
  const secrets = new Secrets({ API_TOKEN: 'abcdef', HOME: '/home/x' })
  const { command, jsonFile, validate } = makeProviders(world.folder, { PATH: process.env.PATH }, secrets)
  command('printf', 'from the vault')
  expect(secrets.redact('abcdef of /home/x is not "from the vault"')).toBe('[redacted] of /home/x is not "[redacted]"')
  const quoting = {
    '~standard': {
      validate: ({ db }: { db: { password: string; pin: number } }) => ({
        issues: [
          { message: `Expected a longer text but got "${db.password}"`, path: ['db'] },
          { message: `not ${db.pin}` },
        ],
      }),
    },
  }
  await expect(validate(quoting, jsonFile('x.json'))).rejects.toThrow(
    'the configuration is not valid:\n  db: Expected a longer text but got "[redacted]"\n  (the whole): not [redacted]',
  )
})

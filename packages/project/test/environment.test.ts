import { expect, test } from 'vitest'
import { loadEnvironment } from '../src/index.ts'
import { failure, folder } from './folder.ts'

test('what is set stands; then the files from the nearest to the farthest; then the configuration', async () => {
  const directory = await folder({
    '.env': 'A=env\nB=env\nC=env\nD=env\nE=env\n',
    '.env.dev': 'B=dev\nC=dev\nD=dev\nE=dev\n',
    '.env.local': 'C=local\nD=local\nE=local\n',
    '.env.dev.local': 'D=dev.local\nE="dev local" # comment\n',
    '.env.test': 'A=never',
  })
  const configured = { dev: { A: 'config', F: 'config' } }
  const environment = await loadEnvironment({ directory, variables: { E: 'set', G: undefined }, configured })
  expect(environment).toEqual({
    name: 'dev',
    variables: {
      ALK_ENV: 'dev',
      NODE_ENV: 'development',
      A: 'env',
      B: 'dev',
      C: 'local',
      D: 'dev.local',
      E: 'set',
      F: 'config',
    },
    files: ['.env', '.env.dev', '.env.local', '.env.dev.local'],
  })
})

test('ALK_ENV wins over what a command prefers; tests do not read .env.local', async () => {
  const directory = await folder({ '.env.local': 'A=mine', '.env.test': 'B=test' })
  const preferred = await loadEnvironment({ directory, variables: {}, preferred: 'test' })
  expect(preferred.variables).toEqual({ ALK_ENV: 'test', NODE_ENV: 'test', B: 'test' })
  const stated = await loadEnvironment({ directory, variables: { ALK_ENV: 'staging' }, preferred: 'test' })
  expect(stated.variables).toEqual({ ALK_ENV: 'staging', A: 'mine' })
})

test('a name that leaves the folder is no name', async () => {
  const variables = { ALK_ENV: '../../etc' }
  expect(await failure(loadEnvironment({ directory: await folder(), variables }))).toBe(
    'ENVIRONMENT_INVALID: ALK_ENV is "../../etc", which is no name of an environment',
  )
})

/** What `rel/config.mjs` says holds while one develops, as in a release. */
import { expectErrorGolden } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { exec, run } from '../src/index.ts'
import { errorOf, openWorld } from './world.ts'

const config = `export default async ({ env, name, version, jsonFile, validate }) => {
  const schema = {
    '~standard': {
      validate: (value) =>
        value.PORT === undefined ? { issues: [{ path: ['PORT'], message: 'is needed' }] } : { value },
    },
  }
  const { PORT } = await validate(schema, env)
  return { env: { WHO: name + '@' + version + ' in ' + env.ALK_ENV, PORT: '1', SECRET: jsonFile('rel/secret.json').value, FROM: PORT } }
}
`
const show =
  'const { WHO, PORT, SECRET, FROM } = process.env; process.exit([WHO, PORT, SECRET, FROM].join() === process.argv[2] ? 0 : 7)\n'

test('alk run starts a file with the runtime configuration of a release, and not without it', async () => {
  const manifest = { name: '@acme/shop', version: '1.2.3', scripts: { show: 'node show.js' } }
  const files = { 'rel/config.mjs': config, 'rel/secret.json': '{"value": "hidden"}', 'show.js': show }
  await using world = await openWorld({ manifest, files })
  const error = await errorOf(run(world.at(), { target: 'show.js', args: [] }))
  expectErrorGolden('RUNTIME_CONFIGURATION_INVALID', error)
  await world.tree.write({ 'project/.env': 'PORT=8080\n' })
  const said = 'shop@1.2.3 in dev,8080,hidden,8080'
  expect(await run(world.at(), { target: 'show.js', args: [said] })).toEqual({ exitCode: 0 })
  expect(await run(world.at(), { target: 'show', args: [said] })).toEqual({ exitCode: 0 })
  expect(await run(world.at(), { target: 'show.js', args: ['something else'] })).toEqual({ exitCode: 7 })
})

test('a tool needs no configuration of the application', async () => {
  await using world = await openWorld({ files: { 'rel/config.mjs': 'export default 1\n' } })
  expect(await exec(world.at(), { command: 'true', args: [] })).toEqual({ exitCode: 0 })
  expect(await errorOf(run(world.at(), { target: 'package.json', args: [] }))).toMatchObject({
    code: 'RUNTIME_CONFIGURATION_INVALID',
    message: 'rel/config.mjs does not give an object',
  })
})

import { describe, expect, it } from 'vitest'
import { asksForJson, parseCommandLine } from '../src/command-line.ts'
import { commandTable } from '../src/command-table.ts'

async function parse(
  line: string,
): Promise<{ name: string; operands: readonly string[]; text: (name: string) => unknown }> {
  const parsed = await parseCommandLine(line.split(' '))
  if (parsed.kind !== 'command') throw new Error(`${line} is ${parsed.kind}`)
  const { entry, operands, flags } = parsed
  return { name: entry.name, operands, text: (name) => flags.text(name) ?? flags.either(name) }
}

describe('a command line', () => {
  it('takes the options of every command before and after its name', async () => {
    const before = await parse('-C there --json install')
    const after = await parse('install --json -C there')
    for (const { name, text } of [before, after]) {
      expect([name, text('C'), text('json')]).toEqual(['install', 'there', true])
    }
  })

  it.each([
    ['i', 'install'],
    ['deps.get', 'install'],
    ['rm x', 'remove'],
    ['deps.update', 'update'],
    ['deps.tree', 'tree'],
  ])('knows %s as %s', async (line, name) => {
    expect((await parse(line)).name).toBe(name)
  })

  it('knows commands of two words, and lists them in the help of the first alone', async () => {
    expect((await parse('-C there release plan web --json')).name).toBe('release plan')
    expect(await parse('release web')).toMatchObject({ name: 'release', operands: ['web'] })
    expect((await parse('release -- plan')).operands).toEqual(['plan'])
    const help = async (...line: string[]): Promise<string> => {
      const parsed = await parseCommandLine([...line, '--help'])
      return parsed.kind === 'help' ? parsed.text : parsed.kind
    }
    expect(await help('release')).toContain('\n  alk release plan ')
    expect(await help('release', 'plan')).toContain('Usage: alk release plan [options] [name]')
    expect(await help()).not.toContain('release plan')
  })

  it('takes operands and options in any order', async () => {
    const { operands, text } = await parse('add -D a@1 --exact b')
    expect([operands, text('dev'), text('exact')]).toEqual([['a@1', 'b'], true, true])
  })

  it('tells --frozen, --no-frozen and neither apart', async () => {
    expect((await parse('install --frozen')).text('frozen')).toBe(true)
    expect((await parse('install --no-frozen')).text('frozen')).toBe(false)
    expect((await parse('install')).text('frozen')).toBeUndefined()
  })

  it('leaves everything after the target to the program that run and exec start', async () => {
    const run = await parse('run --verbose build --json -C x -- y --help')
    expect([run.operands, run.text('verbose'), run.text('json')]).toEqual([
      ['build', '--json', '-C', 'x', '--', 'y', '--help'],
      true,
      undefined,
    ])
    expect((await parse('exec tsc --version')).operands).toEqual(['tsc', '--version'])
  })

  it('hands what follows -- to the test runner', async () => {
    expect((await parse('test greeting -- --reporter=dot -w')).operands).toEqual(['greeting', '--reporter=dot', '-w'])
  })

  it('passes all that follows registry through, its help included', async () => {
    const { operands, text } = await parse('-C there registry serve --help --port 0 -C x')
    expect([operands, text('C')]).toEqual([['serve', '--help', '--port', '0', '-C', 'x'], 'there'])
  })

  it('knows the help of each command, with an example that begins with alk', async () => {
    for (const { name, passThrough } of commandTable) {
      if (passThrough === 'all') continue
      const asked = await parseCommandLine([name, '--help'])
      expect(asked).toEqual(await parseCommandLine(['help', name]))
      expect(asked).toMatchObject({ kind: 'help', text: expect.stringMatching(/\nExamples:\n {2}alk /) })
    }
  })

  it('gives the short names of commands to one command only', () => {
    const names = commandTable.flatMap(({ name, aliases }) => [name, ...aliases])
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('wrong usage', () => {
  it.each([
    ['instal', "unknown command 'instal'", 'did you mean install?'],
    ['qqqqqqqq', "unknown command 'qqqqqqqq'", 'alk --help lists the commands'],
    ['install --frozn', "unknown option '--frozn'", 'did you mean --frozen?'],
    ['install --qqqqqqqqqq', "unknown option '--qqqqqqqqqq'", 'alk install --help lists what it accepts'],
    ['--jsn install', "unknown option '--jsn'", 'did you mean --json?'],
    ['add', "missing required argument 'packages'", 'alk add --help lists what it accepts'],
    [
      'tree x',
      "too many arguments for 'tree'. Expected 0 arguments but got 1: x",
      'alk tree --help lists what it accepts',
    ],
    ['install -C', "option '-C <dir>' argument missing", 'alk install --help lists what it accepts'],
    [
      'add x -D --peer',
      "option '-D, --dev' cannot be used with option '--peer'",
      'alk add --help lists what it accepts',
    ],
    [
      'init --template site',
      "option '-t, --template <template>' argument 'site' is invalid. Allowed choices are lib, app, cli, web, workspace",
      'alk init --help lists what it accepts',
    ],
    ['help instal', "unknown command 'instal'", 'did you mean install?'],
  ])('%s', async (line, message, hint) => {
    await expect(parseCommandLine(line.split(' '))).rejects.toMatchObject({ code: 'USAGE', message, hint })
  })
})

describe('asking for JSON', () => {
  it.each([
    ['--json install', true],
    ['install --json', true],
    ['bogus --json', true],
    ['test -- --json', false],
    ['run build --json', false],
    ['run --json build', true],
    ['--json run build', true],
    ['registry serve --json', false],
  ])('%s: %s', (line, asked) => {
    expect(asksForJson(line.split(' '))).toBe(asked)
  })
})

/** `alk registry organization`: Hex repositories of their own, which only their members see. */
import { userError } from '@alkahest/core'
import { HexRepositories } from '../hex/services/hex-repositories.ts'
import type { HexRole } from '../ports/hex-index.ts'
import { Refusal } from '../refusal.ts'
import { dataOptions } from './command.ts'
import type { Call, Command } from './command.ts'
import { configurationOf, withIndex } from './data.ts'

const HELP = `alk registry organization: private Hex repositories

usage: alk registry organization list [--data DIR] [--json]
       alk registry organization add NAME
       alk registry organization member NAME ACCOUNT read|write|admin|none

Its packages are under /repo/repos/NAME, for its members only.

examples:
  alk registry organization add team --data /var/lib/alkahest
  alk registry organization member team alice write
`

const ROLES = ['read', 'write', 'admin', 'none'] as const

export const organization: Command = {
  name: 'organization',
  summary: 'private Hex repositories and their members',
  help: HELP,
  values: [...dataOptions, 'hex-repository'],
  switches: ['json'],
  run,
}

async function run(call: Call): Promise<number> {
  const [action, name, account, role] = call.arguments
  if (action === 'list') return list(call)
  if (name === undefined) throw userError('USAGE', 'alk registry organization needs `list`, or an action and a name')
  if (action === 'add') return add(call, name)
  if (action === 'member') return setMember(call, name, { account, role })
  throw userError('USAGE', `alk registry organization has no action ${JSON.stringify(action)}`)
}

async function list(call: Call): Promise<number> {
  const { hexRepository } = await configurationOf(call)
  const records = await withIndex(call, (index) => index.hex.repositories())
  const organizations = records
    .filter(({ name }) => name !== hexRepository)
    .map(({ name, members, createdAt }) => ({ name, members, createdAt }))
  if (call.switches.has('json')) call.terminal.write(`${JSON.stringify({ ok: true, organizations })}\n`)
  else {
    const lines = organizations.map(({ name, members }) => {
      const shown = Object.entries(members).map(([account, role]) => `${account} (${role})`)
      return `${name}  ${shown.join(', ')}\n`
    })
    call.terminal.write(lines.join(''))
  }
  return 0
}

async function add(call: Call, name: string): Promise<number> {
  const { hexRepository } = await configurationOf(call)
  const created = await withIndex(call, (index) =>
    new HexRepositories({ index: index.hex, main: hexRepository })
      .create(name, { by: 'operator', at: new Date().toISOString() })
      .catch((cause: unknown) => {
        throw cause instanceof Refusal
          ? userError('USAGE', `${JSON.stringify(name)} is no name for an organization`, {
              hint: 'lower-case letters, digits and underscores, beginning with a letter',
              cause,
            })
          : cause
      }),
  )
  if (!created) throw userError('USAGE', `there is an organization ${name} already`)
  return done(call, name)
}

async function setMember(
  call: Call,
  name: string,
  wanted: { readonly account: string | undefined; readonly role: string | undefined },
): Promise<number> {
  const { account } = wanted
  const role = ROLES.find((known) => known === wanted.role)
  if (account === undefined || role === undefined)
    throw userError(
      'USAGE',
      'alk registry organization member needs an organization, an account and read, write, admin or none',
    )
  await withIndex(call, async (index) => {
    if ((await index.account(account)) === undefined)
      throw userError('REGISTRY_ACCOUNT_INVALID', `there is no account ${account}`)
    const actual: HexRole | undefined = role === 'none' ? undefined : role
    const by = { by: 'operator', at: new Date().toISOString() }
    if (!(await index.hex.setMember(name, { account, role: actual }, by)))
      throw userError('USAGE', `there is no organization ${name}`)
  })
  return done(call, name)
}

function done(call: Call, name: string): number {
  if (call.switches.has('json')) call.terminal.write(`${JSON.stringify({ ok: true, name })}\n`)
  return 0
}

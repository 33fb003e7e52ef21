/** `alk registry user`: accounts, made by whoever runs the registry. */
import { userError } from '@alkahest/core'
import type { Role } from '../ports/package-index.ts'
import { Accounts } from '../services/accounts.ts'
import { hashPassword } from '../services/passwords.ts'
import { Refusal } from '../refusal.ts'
import { dataOptions } from './command.ts'
import type { Call, Command } from './command.ts'
import { operatorNow, withIndex } from './data.ts'

const HELP = `alk registry user: the accounts of this registry

usage: alk registry user list [--data DIR] [--json]
       alk registry user add NAME [--email ADDRESS] [--admin]      the password comes from standard input
       alk registry user password NAME                             the new password comes from standard input
       alk registry user role NAME administrator|member

The first account made is the administrator.

examples:
  echo "$PASSWORD" | alk registry user add alice --data /var/lib/alkahest
  alk registry user role alice administrator
`

export const user: Command = {
  name: 'user',
  summary: 'list, add and change accounts',
  help: HELP,
  values: [...dataOptions, 'email'],
  switches: ['json', 'admin'],
  run,
}

async function run(call: Call): Promise<number> {
  const [action, name, argument] = call.arguments
  if (action === 'list') return list(call)
  if (name === undefined) throw userError('USAGE', 'alk registry user needs `list`, or an action and a name')
  switch (action) {
    case 'add':
      return add(call, name)
    case 'password':
      return changePassword(call, name)
    case 'role':
      return changeRole(call, name, argument)
    case undefined:
    default:
      throw userError('USAGE', `alk registry user has no action ${JSON.stringify(action)}`)
  }
}

async function list(call: Call): Promise<number> {
  const accounts = await withIndex(call, (index) => index.accounts())
  const users = accounts.map(({ name, email, role, createdAt }) => ({ name, email, role, createdAt }))
  if (call.switches.has('json')) call.terminal.write(`${JSON.stringify({ ok: true, users })}\n`)
  else call.terminal.write(users.map((entry) => `${entry.name}  ${entry.role}  ${entry.email}\n`).join(''))
  return 0
}

async function add(call: Call, name: string): Promise<number> {
  const password = await readPassword(call)
  await withIndex(call, async (index) => {
    const accounts = new Accounts({ index, signUp: 'open', now: Date.now })
    await accounts.createAccount({ name, password, email: call.flags.email ?? '' }).catch((cause: unknown) => {
      throw cause instanceof Refusal ? userError('REGISTRY_ACCOUNT_INVALID', cause.message, { cause }) : cause
    })
    if (call.switches.has('admin')) await index.changeAccount(name, { role: 'administrator' }, operatorNow())
  })
  return done(call, name)
}

async function changePassword(call: Call, name: string): Promise<number> {
  const passwordHash = await hashPassword(await readPassword(call))
  await requireAccount(call, name, { passwordHash })
  return done(call, name)
}

async function changeRole(call: Call, name: string, role: string | undefined): Promise<number> {
  if (role !== 'administrator' && role !== 'member') throw userError('USAGE', 'a role is `administrator` or `member`')
  await requireAccount(call, name, { role })
  return done(call, name)
}

async function requireAccount(
  call: Call,
  name: string,
  change: { readonly passwordHash?: string; readonly role?: Role },
): Promise<void> {
  if (await withIndex(call, (index) => index.changeAccount(name, change, operatorNow()))) return
  throw userError('REGISTRY_ACCOUNT_INVALID', `there is no account ${name}`)
}

async function readPassword(call: Call): Promise<string> {
  const password = (await call.terminal.readInput()).replace(/\r?\n$/, '')
  if (password === '') throw userError('USAGE', 'the password is read from standard input, and nothing came')
  return password
}

function done(call: Call, name: string): number {
  if (call.switches.has('json')) call.terminal.write(`${JSON.stringify({ ok: true, name })}\n`)
  return 0
}

/** `alk doctor`: what a person would look at first when something does not work, looked at in order. */
import { UserError } from '@alkahest/core'
import { isInstallCurrent } from '@alkahest/linker'
import type { OperationContext } from './context.ts'
import { settingsText } from './install-settings.ts'
import { openLocked } from './locked-project.ts'
import { atRegistry } from './package-request.ts'
import type { DoctorReport } from './package-reports.ts'

type Check = DoctorReport['checks'][number]

/** Throws nothing that a check can say. */
export async function doctor(context: OperationContext): Promise<DoctorReport> {
  return {
    checks: [
      {
        name: 'node',
        state: 'ok',
        message: `${process.versions.node} on ${process.platform}-${process.arch}`,
        hint: null,
      },
      { name: 'home', state: 'ok', message: context.home, hint: null },
      await checked('lockfile', () => lockfileCheck(context)),
      await checked('registry', () => registryCheck(context)),
      await checked('login', () => loginCheck(context)),
    ],
  }
}

async function lockfileCheck(context: OperationContext): Promise<Omit<Check, 'name'>> {
  const { project, lockfile } = await openLocked(context)
  const count = `${lockfile.resolution.packages.length} packages locked`
  if (isInstallCurrent(project.root, settingsText({})))
    return { state: 'ok', message: `${count}, installed`, hint: null }
  return { state: 'warning', message: `${count}, not installed as they are locked`, hint: 'run `alk install`' }
}

async function registryCheck(context: OperationContext): Promise<Omit<Check, 'name'>> {
  return atRegistry(context, {}, async ({ client, registry }) => {
    await client.ping({ registry })
    return { state: 'ok', message: `${registry} answers`, hint: null }
  })
}

async function loginCheck(context: OperationContext): Promise<Omit<Check, 'name'>> {
  return atRegistry(context, {}, async ({ client, config, registry }) => {
    if (config.credentialsFor(registry) === undefined) {
      return { state: 'warning', message: `nobody is logged in to ${registry}`, hint: 'to publish, run `alk login`' }
    }
    return { state: 'ok', message: `${await client.whoami({ registry })} at ${registry}`, hint: null }
  })
}

async function checked(name: string, check: () => Promise<Omit<Check, 'name'>>): Promise<Check> {
  try {
    return { name, ...(await check()) }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { name, state: 'failed', message: `${error.code} ${error.message}`, hint: error.hint ?? null }
  }
}

/** What the commands that look after installed packages and the store print under `--json`; a part of json-shapes.ts. */
import type { ApproveReport, CleanReport, InstallReport, StoreReport } from '@alkahest/ops'
import { flag, list, map, number, object, ok, orNull, text } from './shape.ts'
import type { JsonDocument, Shape } from './shape.ts'

type InstallFields = { readonly [Key in keyof InstallReport]-?: Shape<InstallReport[Key]> }

/** `install` is the shape of what an install reports. */
export function diskDocuments(install: InstallFields): readonly JsonDocument[] {
  return [
    {
      title: 'Approve',
      commands: ['alk approve'],
      about: 'Whose build scripts may run.',
      shape: object<{ ok: true } & ApproveReport>({
        ...ok,
        waiting: list(
          object<ApproveReport['waiting'][number]>({ name: text('package'), version: text('version') }),
          'what has build scripts and is not decided',
        ),
        decided: map(flag('its builds may run'), 'by name, as package.json has it now'),
        install: orNull(object<InstallReport>(install, 'what the install did; null when nothing was decided')),
      }),
    },
    {
      title: 'Clean',
      commands: ['alk clean'],
      about: 'What was removed.',
      shape: object<{ ok: true } & CleanReport>({
        ...ok,
        removed: list(text('folder, POSIX, relative to the root'), 'sorted'),
      }),
    },
    {
      title: 'Store',
      commands: ['alk store'],
      about:
        'What was asked about the store; the rest is null. The exit code of `verify` is 1 when something was damaged.',
      shape: object<{ ok: true } & StoreReport>({
        ...ok,
        directory: text('where it is'),
        size: orNull(
          object<NonNullable<StoreReport['size']>>(
            { packages: number('package versions'), files: number('files'), bytes: number('bytes of the files') },
            'of `alk store size`',
          ),
        ),
        verified: orNull(
          object<NonNullable<StoreReport['verified']>>(
            {
              checked: number('package versions'),
              damaged: list(
                object<NonNullable<StoreReport['verified']>['damaged'][number]>({
                  what: text('name@version'),
                  reason: text('sentence'),
                }),
                'removed: the next install fetches them again',
              ),
            },
            'of `alk store verify`',
          ),
        ),
        collected: orNull(
          object<NonNullable<StoreReport['collected']>>(
            {
              kept: number('package versions that are in use'),
              removed: list(text('name@version'), 'what nobody used'),
              instances: number('instances of the shared layout that went'),
              builds: number('results of builds that nobody used for a month'),
              bytes: number('of the removed files'),
            },
            'of `alk store gc`',
          ),
        ),
      }),
    },
  ]
}

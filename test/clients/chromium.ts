/** The machine's Chromium, headless: Debian's package `chromium`, or another that is in the PATH. */
import { access, constants } from 'node:fs/promises'
import path from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** Undefined when there is none. */
export async function findChromium(): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '')
  for (const file of folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)))) {
    if (await isExecutable(file)) return file
  }
  return undefined
}

export function startChromium(executablePath: string): Promise<Browser> {
  // It refuses its own sandbox to root, and what it shows here are pages of this machine.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args })
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

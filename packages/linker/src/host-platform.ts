/** The machine this runs on, as package manifests name it. */
import { existsSync, readFileSync } from 'node:fs'
import type { Platform } from '@alkahest/core'

export function hostPlatform(): Platform {
  return { os: process.platform, cpu: process.arch, libc: process.platform === 'linux' ? hostLibc() : undefined }
}

/** The script `ldd` names the C library in its text. Undefined when there is none: then packages of both kinds are allowed. */
function hostLibc(): string | undefined {
  if (!existsSync('/usr/bin/ldd')) return undefined
  const text = readFileSync('/usr/bin/ldd', 'utf8')
  if (text.includes('musl')) return 'musl'
  return text.includes('GNU') ? 'glibc' : undefined
}

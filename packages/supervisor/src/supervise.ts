/** `start`: takes the lock, starts the tree, answers the admin socket, ends when it is told to. */
import { closeSync, writeSync } from 'node:fs'
import { readCookie, writeObserveCookie } from './admin-channel.ts'
import { chooseSocketPath, serveAdmin } from './admin-server.ts'
import { evaluateConfiguration } from './config.ts'
import { logFile, readEnvironment, runFolder } from './environment.ts'
import type { Environment } from './environment.ts'
import { Failure, messageOf } from './failure.ts'
import { consoleLog, fileLog } from './log.ts'
import type { Log } from './log.ts'
import { makeRunFolder, pidFile, takePidFile } from './pid-file.ts'
import { readReleaseDocument } from './release-document.ts'
import { Supervisor } from './supervisor.ts'

/** Runs until the release has stopped; the exit code. `ready` is called once, when it serves. */
export async function supervise(variables: NodeJS.ProcessEnv, ready: () => void = () => {}): Promise<number> {
  const environment = readEnvironment(variables)
  const log = variables.RELEASE_LOG === 'file' ? fileLog(logFile(environment)) : consoleLog(environment.name)
  const descriptor = readyDescriptor(variables)
  const starter: Starter = {
    tell: (line) => {
      descriptor.tell(line)
      if (line.startsWith('ready')) ready()
    },
  }
  try {
    return await run(environment, log, starter)
  } catch (error) {
    const failure =
      error instanceof Failure
        ? error
        : new Failure(error instanceof Error ? (error.stack ?? error.message) : String(error))
    log.write({ from: 'supervisor', stream: 'stderr', line: failure.message })
    starter.tell(`failed ${failure.message}`)
    return failure.exitCode
  } finally {
    log.close()
  }
}

async function run(environment: Environment, log: Log, starter: Starter): Promise<number> {
  const document = readReleaseDocument(environment.root, environment.version)
  const folder = runFolder(environment)
  makeRunFolder(folder)
  const socketPath = chooseSocketPath(folder, environment.name)
  const taken = takePidFile(pidFile(folder, environment.name), socketPath)
  try {
    const configuration = await evaluateConfiguration(environment)
    const supervisor = new Supervisor({ environment, document, configuration, log, afterKill: taken.wasLeft })
    supervisor.stopOn(['SIGTERM', 'SIGINT', 'SIGHUP'])
    const cookie = readCookie(folder, environment.variables)
    await writeObserveCookie(folder, cookie)
    const closeAdmin = await serveAdmin(socketPath, {
      cookie,
      handle: (request) => supervisor.handle(request),
      refused: () =>
        log.write({ from: 'supervisor', stream: 'stderr', line: 'audit: refused a connection without the cookie' }),
    })
    try {
      return await supervisor.run(() => starter.tell(`ready ${process.pid}`))
    } finally {
      closeAdmin()
    }
  } finally {
    taken.release()
  }
}

type Starter = { readonly tell: (line: string) => void }

/** `daemon` waits at the other end of this descriptor; it sees one line, or the end when we die before. */
function readyDescriptor(variables: NodeJS.ProcessEnv): Starter {
  let descriptor = variables.RELEASE_READY_FD === undefined ? undefined : Number(variables.RELEASE_READY_FD)
  return {
    tell: (line) => {
      if (descriptor === undefined) return
      try {
        writeSync(descriptor, `${line}\n`)
        closeSync(descriptor)
      } catch (error) {
        // Whoever started us may have been stopped meanwhile, or this is the second start under the same watcher.
        if (!['EPIPE', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? ''))
          throw new Failure(messageOf(error))
      }
      descriptor = undefined
    },
  }
}

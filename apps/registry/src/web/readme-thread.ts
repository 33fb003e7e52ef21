/** The program of the thread that renders READMEs. Started by {@link ReadmeRenderer} alone, which ends it when it takes too long. */
import { parentPort } from 'node:worker_threads'
import { readmeHtml } from './readme-html.ts'

parentPort?.on('message', (markdown: string) => parentPort?.postMessage(readmeHtml(markdown), []))

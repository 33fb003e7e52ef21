import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { ReadmeRenderer } from '../../src/web/readme-renderer.ts'

test('a README is rendered in a thread, and once', async () => {
  const renderer = new ReadmeRenderer()
  const [first, second] = await Promise.all([renderer.render('*a*'), renderer.render('*a*')])
  expect([first?.text, second === first]).toEqual(['<p><em>a</em></p>\n', true])
  expect((await renderer.render('*a*')).text).toBe('<p><em>a</em></p>\n')
  expect((await renderer.render('*b*')).text).toBe('<p><em>b</em></p>\n')
  await renderer.close()
})

test('one on which the parser breaks is shown as its text, and the next one is rendered', async () => {
  const programs = [
    "require('node:worker_threads').parentPort.once('message', () => { throw new Error('broken') })",
    "const { parentPort } = require('node:worker_threads'); parentPort.on('message', () => parentPort.postMessage('fine'))",
  ]
  const renderer = new ReadmeRenderer({ startThread: () => new Worker(programs.shift() ?? '', { eval: true }) })
  expect((await renderer.render('<b>')).text).toBe('<pre tabindex="0">&lt;b&gt;</pre>')
  expect((await renderer.render('next')).text).toBe('fine')
  await renderer.close()
})

test('a thread that ended by itself is replaced', async () => {
  const program = `const { parentPort } = require('node:worker_threads')
    parentPort.on('message', (text) => { parentPort.postMessage(text); if (text === 'last') parentPort.close() })`
  const ended: Promise<unknown>[] = []
  const startThread = (): Worker => {
    const thread = new Worker(program, { eval: true })
    ended.push(new Promise((resolve) => thread.once('exit', resolve)))
    return thread
  }
  const renderer = new ReadmeRenderer({ startThread })
  expect((await renderer.render('last')).text).toBe('last')
  await ended[0]
  expect((await renderer.render('next')).text).toBe('next')
  expect(ended).toHaveLength(2)
  await renderer.close()
})

test('one that takes too long is shown as its text, and its thread ends', async () => {
  const ended: Promise<unknown>[] = []
  const startThread = (): Worker => {
    const thread = new Worker('for (;;);', { eval: true })
    ended.push(new Promise((resolve) => thread.once('exit', resolve)))
    return thread
  }
  const renderer = new ReadmeRenderer({ startThread, renderMsMax: 20 })
  expect((await renderer.render('<b>')).text).toBe('<pre tabindex="0">&lt;b&gt;</pre>')
  expect(ended).toHaveLength(1)
  await renderer.close()
})

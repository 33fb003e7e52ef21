import { expect, test } from 'vitest'
import { asksForPage } from '../../src/web/asks-for-page.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

test.each([
  ['a browser', { method: 'GET', url: '/', accept: BROWSER }, true],
  ['a browser that asks for a package', { method: 'GET', url: '/react', accept: BROWSER }, false],
  ['npm', { method: 'GET', url: '/', accept: 'application/json' }, false],
  ['curl', { method: 'GET', url: '/', accept: '*/*' }, false],
  ['yarn, which says nothing', { method: 'GET', url: '/', accept: undefined }, false],
  ['one that refuses HTML', { method: 'GET', url: '/', accept: 'application/json, text/html;q=0' }, false],
  ['a form', { method: 'POST', url: '/', accept: BROWSER }, false],
])('%s', (_name, { method, url, accept }, page) => {
  expect(asksForPage({ method, url, headers: accept === undefined ? {} : { accept } })).toBe(page)
})

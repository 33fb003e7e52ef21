import { expect, test } from 'vitest'
import { webAddressOf } from '../../src/web/web-address.ts'

test.each([
  ['https://a.example/x?y=1', 'https://a.example/x?y=1'],
  ['git+https://a.example/x.git', 'https://a.example/x'],
  ['git+ssh://git@a.example/x.git', 'https://a.example/x'],
  ['git@a.example:x/y.git', 'https://a.example/x/y'],
  ['x/y', 'https://github.com/x/y'],
  ['gitlab:x/y', 'https://gitlab.com/x/y'],
  ['https://good.example@evil.example/', 'https://evil.example/'],
  ['javascript:alert(1)', undefined],
  ['git+javascript:alert(1)', undefined],
  ['java\nscript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['//evil.example', undefined],
  ['file:///etc/passwd', undefined],
  ['', undefined],
])('%j leads to %j', (text, address) => {
  expect(webAddressOf(text)).toBe(address)
})

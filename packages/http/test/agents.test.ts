import { expect, test } from 'vitest'
import { checkProxySupport } from '../src/agents.ts'

test('a Node that would go around the proxy is refused', () => {
  for (const version of ['24.5.0', '24.21.0', '25.0.0', '26.1.0'])
    expect(() => checkProxySupport(version)).not.toThrow()
  for (const version of ['24.4.1', '22.20.0']) {
    expect(() => checkProxySupport(version)).toThrow(`a proxy is configured, which Node ${version} cannot use`)
  }
})

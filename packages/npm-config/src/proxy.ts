/** Which proxy an address goes through: `https-proxy`, `proxy` and `noproxy` of npm, then the usual variables. */
import { userError } from '@alkahest/core'
import type { Environment, Setting } from './settings.ts'

type ProxyRule = { readonly address: string; readonly place: string }

/** What this machine serves itself is never behind a proxy. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Throws `NPMRC_INVALID` for a proxy that is no http address. */
export function proxyFor(url: URL, settings: ReadonlyMap<string, Setting>, env: Environment): string | undefined {
  const rule = ruleFor(url.protocol === 'https:', settings, env)
  if (rule === undefined || LOOPBACK.test(url.hostname) || isExempt(url, settings, env)) return undefined
  const proxy = URL.parse(rule.address.includes('://') ? rule.address : `http://${rule.address}`)
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy.href
  throw userError('NPMRC_INVALID', `${rule.place} names a proxy that is no http address`, {
    hint: 'write it as http://HOST:PORT; other kinds of proxy (SOCKS) are not supported',
  })
}

/** `null` and `false` switch a proxy off that the environment names. */
function ruleFor(isSecure: boolean, settings: ReadonlyMap<string, Setting>, env: Environment): ProxyRule | undefined {
  const keys = isSecure ? ['https-proxy', 'proxy'] : ['proxy']
  const variables = isSecure ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy']
  for (const key of keys) {
    const setting = settings.get(key)
    const address = setting?.values[0]
    if (setting === undefined || address === undefined || address === '') continue
    return address === 'null' || address === 'false' ? undefined : { address, place: setting.place }
  }
  for (const variable of variables) {
    const address = env[variable]
    if (address !== undefined && address !== '') return { address, place: variable }
  }
  return undefined
}

/** An entry is a host, and stands for every host below it as well; `*` for all. */
function isExempt(url: URL, settings: ReadonlyMap<string, Setting>, env: Environment): boolean {
  const text = settings.get('noproxy')?.values.join(',') ?? env.NO_PROXY ?? env.no_proxy ?? ''
  const port = url.port === '' ? { 'https:': '443', 'http:': '80' }[url.protocol] : url.port
  return text.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true
    const [, host = '', entryPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
    if (host === '' || (entryPort !== undefined && entryPort !== port)) return false
    return url.hostname === host || url.hostname.endsWith(`.${host}`)
  })
}

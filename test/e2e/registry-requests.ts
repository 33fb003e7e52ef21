/** Requests to a registry as clients make them, for the tests of the server. */
import { publishBodyOf } from '@alkahest/test-support'

export const ABBREVIATED = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  readonly text: string
  /** Parsed when it is JSON; undefined otherwise. */
  readonly json: ReturnType<typeof JSON.parse>
}

export type Ask = {
  readonly method?: string
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** fetch without its manners: no path is normalised beyond what it must, nothing is decoded that tests look at. */
export async function ask(url: string, { method = 'GET', token, body, headers = {} }: Ask = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    redirect: 'manual',
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const text = bytes.toString('utf8')
  return { status: response.status, headers: response.headers, bytes, text, json: jsonOf(text) }
}

type Target = { readonly url: string; readonly token: string }

/** Publishes a universe's line over HTTP. */
export function publish(
  registry: Target,
  line: string,
  change: (body: ReturnType<typeof JSON.parse>) => unknown = (body) => body,
): Promise<Answer> {
  const body = JSON.parse(publishBodyOf(line, registry.url))
  return ask(registry.url + body.name.replace('/', '%2f'), {
    method: 'PUT',
    token: registry.token,
    body: change(body) ?? body,
  })
}

export type Login = { readonly name: string; readonly password: string }

/** As `npm login` does; gives the answer, whose json holds the token. */
export function login(registry: { readonly url: string }, { name, password }: Login): Promise<Answer> {
  const body = {
    _id: `org.couchdb.user:${name}`,
    name,
    password,
    email: `${name}@example.com`,
    type: 'user',
    roles: [],
  }
  return ask(`${registry.url}-/user/org.couchdb.user:${name}`, { method: 'PUT', body })
}

function jsonOf(text: string): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

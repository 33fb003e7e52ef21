/** A browser without a screen: cookies, forms, redirects that are looked at. For tests of the pages. */

export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string }

type Sent = { readonly method?: string; readonly body?: string; readonly headers: Readonly<Record<string, string>> }

export class Browser {
  readonly #url: string
  readonly #cookies = new Map<string, string>()

  /** @param url of the registry, with a trailing slash */
  constructor(url: string) {
    this.#url = url
  }

  /** As they would be sent. */
  get cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  set cookies(text: string) {
    this.#cookies.clear()
    for (const pair of text.split('; ')) this.#keep(pair)
  }

  /** @param path without a leading slash, or the address of a redirect */
  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#ask(path, { headers })
  }

  /** Sends a form as it is. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const body = new URLSearchParams(fields).toString()
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.#ask(path, { method: 'POST', body, headers: { ...type, 'sec-fetch-site': 'same-origin', ...headers } })
  }

  /** Loads the page, fills in its form and sends it with the hidden field that the page has. */
  async submit(path: string, fields: Readonly<Record<string, string>>, action: string = path): Promise<Answer> {
    const { text } = await this.get(path)
    return this.post(action, { form: formTokenIn(text), ...fields })
  }

  async signIn(name: string, password: string): Promise<void> {
    const { status } = await this.submit('-/web/login', { name, password })
    if (status !== 303) throw new Error(`signing in as ${name} was answered with ${status}`)
  }

  async #ask(path: string, request: Sent): Promise<Answer> {
    const headers = { accept: 'text/html,*/*;q=0.8', cookie: this.cookies, ...request.headers }
    const response = await fetch(new URL(path, this.#url), { ...request, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie)
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  #keep(cookie: string): void {
    const [pair = ''] = cookie.split(';', 1)
    const at = pair.indexOf('=')
    if (/Max-Age=0(;|$)/.test(cookie)) this.#cookies.delete(pair.slice(0, at))
    else if (at > 0) this.#cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
}

/** What a form of the page must send along. */
export function formTokenIn(page: string): string {
  const found = /name="form"\s+value="([\w-]+)"/.exec(page)?.[1]
  if (found === undefined) throw new Error(`there is no form in the page: ${page.slice(0, 300)}`)
  return found
}

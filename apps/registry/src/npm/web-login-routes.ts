/** npm's web login: the command line asks for two addresses, opens one in a browser and asks the other until there is a token. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import { parameterOf } from '../request-parameters.ts'

/** How long the command line waits between two questions. */
const RETRY_SECONDS = 1

export async function webLoginRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  app.post('/-/v1/login', (request, reply) => begin(registry, request, reply))
  app.get('/-/v1/login/done/:secret', (request, reply) => poll(registry, request, reply))
}

async function begin(registry: Registry, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { pageSecret, pollSecret, code } = await registry.webLogins.begin('npm', {
    agent: request.headers['user-agent'] ?? '',
    address: request.ip,
  })
  return reply
    .header('cache-control', 'no-store')
    .header('npm-notice', `The page in your browser must show the code ${code}: approve no other.`)
    .send({
      loginUrl: `${registry.baseUrl}-/web/confirm/${pageSecret}`,
      doneUrl: `${registry.baseUrl}-/v1/login/done/${pollSecret}`,
    })
}

async function poll(registry: Registry, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const outcome = await registry.webLogins.poll('npm', parameterOf(request, 'secret'))
  reply.header('cache-control', 'no-store')
  switch (outcome.kind) {
    case 'waiting':
      return reply.code(202).header('retry-after', String(RETRY_SECONDS)).send({})
    case 'approved': {
      const { account, agent } = outcome.login
      const [program = ''] = agent.split(' ', 1)
      const token = await registry.accounts.createToken(account, { name: `web login ${program}`.trim() })
      return reply.send({ token })
    }
    case 'gone':
      throw new Refusal(404, 'this login has expired, was refused in the browser, or is done: begin again')
  }
}

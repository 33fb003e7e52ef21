/** What a path names, as text: the router has decoded it. */
import type { FastifyRequest } from 'fastify'

/** Empty for a parameter that this route does not have. */
export function parameterOf(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? ''
}

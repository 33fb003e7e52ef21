/** Forms as browsers send them: short texts under short names. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'

/** In bytes: the longest form has a dozen short fields. */
const FORM_SIZE_MAX = 16 * 1024

const TYPE = 'application/x-www-form-urlencoded'

export function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(TYPE, { parseAs: 'string', bodyLimit: FORM_SIZE_MAX }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  )
}

/** The fields by name: the first of each, empty when it is missing. */
export function formOf(request: FastifyRequest): (field: string) => string {
  const { body } = request
  if (!(body instanceof URLSearchParams)) throw new Refusal(400, 'a form was expected')
  return (field) => body.get(field) ?? ''
}

/** Table of contents: one way to make requests. */
export { createHttp } from './http.ts'
export { isTransient } from './http-error.ts'
export { checkStatus, parseAnswer } from './status.ts'
export type {
  Connection,
  Http,
  HttpAnswer,
  HttpCounts,
  HttpOptions,
  HttpRequest,
  HttpResponse,
  HttpRetry,
  TlsSettings,
} from './options.ts'

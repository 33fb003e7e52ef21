/**
 * Node's http and https, taken without `import`. What ES modules see of `node:http` holds `WebSocket` and its kin, so
 * importing it loads all of undici: some 70 ms of work, twice what an empty Node costs, for what nobody here uses.
 */
import type * as nodeHttp from 'node:http'
import type * as nodeHttps from 'node:https'

export const http: typeof nodeHttp = process.getBuiltinModule('node:http')
export const https: typeof nodeHttps = process.getBuiltinModule('node:https')

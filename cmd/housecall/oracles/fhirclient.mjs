// npm fhirclient as a SMART app on a server uses it, with its sessions in memory.
import { createRequire } from 'node:module'
import { fhirURL } from './site.mjs'

const FHIR = createRequire(import.meta.url)('fhirclient')

export function memory() {
  const held = new Map()
  return { get: async (key) => held.get(key), set: async (key, value) => (held.set(key, value), value), unset: async (key) => held.delete(key) }
}

/** The library's face for one request to the app: authorize(), ready(), client(). */
export const smartFor = (request, response, storage) => FHIR(request, response, storage)

/** A client that has its token already, as after a launch. */
export const clientOf = (token, more = {}) =>
  smartFor({ url: '/', headers: { host: 'app.test' }, socket: {} }, {}, memory()).client({ serverUrl: fhirURL, tokenResponse: { access_token: token, ...more } })

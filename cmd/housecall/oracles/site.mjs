// The demo clinic that run.mjs started, as the files of tests see it.
import { Site } from '../e2e/harness/site.mjs'

if (!process.env.ORACLES_SITE) throw new Error('there is no server: node cmd/housecall/oracles/run.mjs [FILE...]')

export const site = new Site(JSON.parse(process.env.ORACLES_SITE))
export const fhirURL = `${site.url}/fhir`

/** Tokens as the operator of a clinic prints them. */
export const systemToken = () => site.command('token', '--system', '--name', 'Oracles', '--scope', 'system/*.cruds')
export const personToken = (who) => site.command('token', '--user', site.accounts[who].email)

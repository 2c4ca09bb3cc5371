// What the search parameters of R4 find in HL7's own examples, by our FHIRPath and by npm fhirpath.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { root } from '../e2e/harness/paths.mjs'
import { readGzip, readZip, testWith } from './decks.mjs'

const require = createRequire(import.meta.url)
const fhirpath = require('fhirpath')
const r4 = require('fhirpath/fhir-context/r4')

const examples = 'fhir-r4-examples/hl7.fhir.r4.examples-4.0.1-subset.zip'
const definitions = 'fhir-r4-definitions/search-parameters.json.gz'

// Where the results differ, by example and parameter, with the reason.
const tiny = 'npm fhirpath compares decimals to eight places, so that in a union 1e-245 is a repetition of 1e-22'
const differs = {
  'Observation-decimal.json combo-value-quantity': tiny,
  'Observation-decimal.json component-value-quantity': tiny,
  'Observation-decimal.json combo-code-value-concept': tiny,
  'Observation-decimal.json combo-code-value-quantity': tiny,
}

/** The elements that ours finds: for each resource an object by the name of the parameter. */
async function ours(resources) {
  const child = spawn('go', ['run', './cmd/housecall/oracles/testdata/expressions'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((done) => child.once('exit', done))
  const said = text(child.stdout)
  child.stdin.end(resources.map((resource) => `${JSON.stringify(resource)}\n`).join(''))
  assert.equal(await ended, 0, 'expressions')
  return (await said).trimEnd().split('\n').map((line) => JSON.parse(line))
}

/** The official parameters of each type with their expressions, those of all resources included. */
function parameters(types) {
  const all = JSON.parse(readGzip(definitions)).entry.map((entry) => entry.resource).filter((resource) => resource.resourceType === 'SearchParameter' && resource.expression)
  return new Map([...types].map((type) => [type, all.filter((param) => param.base.some((base) => base === type || base === 'Resource' || base === 'DomainResource'))]))
}

// R4 2.3.0.2, the form of a reference to a server.
const literal = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** resolve() that fetches nothing: search parameters only ask for the type of what is named. */
const resolve = {
  arity: { 0: [] }, internalStructures: true,
  fn(nodes) {
    return nodes.flatMap((node) => {
      const reference = typeof node.data === 'string' ? node.data : node.data?.reference ?? ''
      const contained = reference.startsWith('#') && node.ctx.dataRoot[0].data.contained?.find((one) => `#${one.id}` === reference)
      const type = node.data?.type ?? (contained ? contained.resourceType : literal.exec(reference)?.[1])
      return type ? [node.constructor.makeResNode(node.ctx, { resourceType: type }, null, null, null, null)] : []
    })
  },
}

/** R4 wrote `x as T` of lists, which FHIRPath takes of single elements only; R5 wrote the same parameters with ofType. */
const ofType = (expression) => expression.replace(/\(([\w.]+) as (\w+)\)/g, '$1.ofType($2)').replaceAll('.as(', '.ofType(')

const compiled = new Map()
function theirs(resource, expression) {
  if (!compiled.has(expression)) compiled.set(expression, fhirpath.compile(ofType(expression), r4, { userInvocationTable: { resolve } }))
  return compiled.get(expression)(resource)
}

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted)
  if (value && typeof value === 'object') return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
  return value
}
/** Results without order, members without order. A union has no repetition; ours leaves that to the search rows. */
const bag = (values, expression) => {
  const all = values.map((value) => JSON.stringify(sorted(value))).sort()
  return expression.includes('|') ? [...new Set(all)] : all
}

testWith([examples, definitions], 'our FHIRPath finds what npm fhirpath finds, for every search parameter of every example', async (t) => {
  const resources = [...readZip(examples)].filter(([name]) => name.endsWith('.json')).map(([name, body]) => [name, JSON.parse(body)]).filter(([, resource]) => resource.resourceType)
  const byType = parameters(new Set(resources.map(([, resource]) => resource.resourceType)))
  const found = await ours(resources.map(([, resource]) => resource))
  assert.equal(found.length, resources.length)
  let compared = 0
  let elements = 0
  const wrong = []
  const unused = new Set(Object.keys(differs))
  for (const [i, [name, resource]] of resources.entries()) {
    const official = byType.get(resource.resourceType)
    const invented = Object.keys(found[i]).filter((code) => !official.some((param) => param.code === code))
    if (invented.length > 0) wrong.push(`${name}: no official parameter: ${invented}`)
    for (const { code, expression } of official) {
      const want = bag(theirs(resource, expression), expression)
      const got = bag(found[i][code] ?? [], expression)
      compared++
      elements += want.length
      if (JSON.stringify(want) === JSON.stringify(got)) continue
      const key = `${name} ${code}`
      if (key in differs) unused.delete(key)
      else wrong.push(`${name}: ${code}: ${expression}\n  theirs ${want}\n  ours   ${got}`)
    }
  }
  assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} differences`)
  assert.deepEqual([...unused], [], 'no longer different')
  assert.ok(elements > 0)
  t.diagnostic(`${resources.length} resources, ${compared} evaluations, ${elements} elements`)
})

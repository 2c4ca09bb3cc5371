// The client's own dictionaries, so that a test asks for a text by its key and a better wording breaks nothing.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { require, web } from './paths.mjs'

const ts = require('typescript')

async function load(locale, file) {
  const source = readFileSync(path.join(web, 'src', 'i18n', locale, `${file}.ts`), 'utf8')
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
  return import(`data:text/javascript,${encodeURIComponent(outputText.replace(/^import .*$/gm, ''))}`)
}

async function dictionary(locale) {
  const parts = await Promise.all(['common', 'pages', 'words', 'clinic'].map((file) => load(locale, file)))
  const { about } = await load(locale, 'about')
  return Object.assign({ about }, ...parts.flatMap((part) => Object.values(part)))
}

function leaves(tree, at = '', found = {}) {
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found[at + key] = value
    else leaves(value, `${at}${key}.`, found)
  }
  return found
}

export const english = leaves(await dictionary('en'))
export const spanish = leaves(await dictionary('es'))

const say = (words) => (key, holes = {}) => {
  const text = words[key] ?? words[`${key}_${holes.count === 1 ? 'one' : 'other'}`]
  if (text === undefined) throw new Error(`the dictionary has no ${key}`)
  return text.replace(/\{\{(\w+)\}\}/g, (_, hole) => String(holes[hole] ?? ''))
}
export const en = say(english)
export const es = say(spanish)

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
/** What a text with holes looks like on a page, whatever fills them. */
export const patternOf = (text) => new RegExp(`^${text.split(/\{\{\w+\}\}/).map(escape).join('.+')}$`, 's')

// The client's own dictionaries, so that a test asks for a text by its key and a better wording breaks nothing.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { require, web } from './paths.mjs'

const ts = require('typescript')

async function load(locale, file) {
  const source = readFileSync(path.join(web, 'src', 'i18n', locale, `${file}.ts`), 'utf8')
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
  return import(`data:text/javascript,${encodeURIComponent(outputText.replace(/^import .*$/gm, ''))}`)
}

// Each file's one export is a part of the whole, but for what is loaded by itself under its own name.
async function dictionary(locale) {
  const files = readdirSync(path.join(web, 'src', 'i18n', locale)).map((file) => path.basename(file, '.ts')).filter((file) => file !== 'index')
  const parts = await Promise.all(files.map(async (file) => (file === 'about' ? { about: (await load(locale, file)).about } : Object.assign({}, ...Object.values(await load(locale, file))))))
  return parts.reduce(merge, {})
}

/** Later pages add to what is known: the same part of the tree may come in pieces. */
function merge(tree, more) {
  for (const [key, value] of Object.entries(more)) tree[key] = typeof value === 'object' && typeof tree[key] === 'object' ? merge({ ...tree[key] }, value) : value
  return tree
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

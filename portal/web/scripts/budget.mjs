// Holds the patient's first load under its budget: the script, gzipped, that a phone fetches from
// opening the page to a drawn home. Run after a build; exits 1 when it is over.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const limit = 170_000
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

const firstLoad = ['index.html', 'src/shell/PatientShell.tsx', 'src/home/HomePage.tsx']
const languages = ['src/i18n/en/index.ts', 'src/i18n/es/index.ts']

function filesOf(names) {
  const files = new Set()
  const seen = new Set()
  const visit = (name) => {
    if (seen.has(name)) return
    seen.add(name)
    const chunk = manifest[name]
    if (!chunk) throw new Error(`the build has no chunk for ${name}: the budget script must be told where it went`)
    if (chunk.file.endsWith('.js')) files.add(chunk.file)
    for (const next of chunk.imports ?? []) visit(next)
  }
  names.forEach(visit)
  return [...files]
}

const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length
const kb = (n) => `${(n / 1000).toFixed(1)} kB`
let worst = 0
for (const language of languages) {
  const files = filesOf([...firstLoad, language])
  const total = files.reduce((sum, file) => sum + size(file), 0)
  worst = Math.max(worst, total)
  console.log(`${language.split('/')[2]}: ${kb(total)} of ${kb(limit)} in ${files.length} files`)
  for (const file of files.sort((a, b) => size(b) - size(a))) console.log(`  ${kb(size(file)).padStart(9)}  ${file}`)
}
if (worst > limit) {
  console.error(`The patient's first load is ${kb(worst - limit)} over its budget.`)
  process.exit(1)
}

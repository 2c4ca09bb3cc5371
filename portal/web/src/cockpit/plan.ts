import type { Entry } from '../api/types'
import { splitRef } from '../format/entry'
import type { ClinicalPart, Form, NoteBody, Often, Pick, Problem, Vital, VitalKind, VitalUnit } from '../visits/types'

/** What somebody types for a measurement: "138/84", "98,6". Nothing is undefined, what is wrong is null. */
export function parseVital(kind: VitalKind, unit: VitalUnit | undefined, text: string): Vital | undefined | null {
  const typed = text.trim().replace(/,/g, '.')
  if (!typed) return undefined
  if (kind === 'pressure') {
    const match = /^(\d{2,3})\s*[/ ]\s*(\d{2,3})$/.exec(typed)
    if (!match) return null
    const [value, second] = [Number(match[1]), Number(match[2])]
    return second < value && second >= 20 && value <= 320 ? { kind, value, second } : null
  }
  if (!/^\d{1,4}(\.\d{1,2})?$/.test(typed)) return null
  const value = Number(typed)
  const [least, most] = bounds[`${kind}${unit ?? ''}`] ?? bounds[kind]!
  return value >= least && value <= most ? { kind, value, ...(unit && { unit }) } : null
}
const bounds: Record<string, [number, number]> = {
  pulse: [15, 300], temperature: [25, 45], temperatureC: [25, 45], temperatureF: [77, 113], breathing: [3, 90], saturation: [30, 100],
  weight: [0.3, 450], weightkg: [0.3, 450], weightlb: [0.6, 1000], height: [20, 260], heightcm: [20, 260], heightin: [8, 103],
}
export const unitsOf: Partial<Record<VitalKind, VitalUnit[]>> = { temperature: ['F', 'C'], weight: ['lb', 'kg'], height: ['in', 'cm'] }
export const typedVital = (one: Vital): string => (one.kind === 'pressure' ? `${one.value}/${one.second}` : String(one.value))

/** One more line of the plan; what is there already is not added twice. */
export function withPick(body: NoteBody, pick: Pick & { id?: string }): Partial<NoteBody> {
  const code = pick.code ? { system: pick.system, code: pick.code } : {}
  switch (pick.kind) {
    case 'problem': {
      const list = body.problems ?? []
      const same = (one: Problem) => (pick.code ? one.code === pick.code : one.text === pick.text)
      return list.some(same) ? {} : { problems: [...list, { ...(pick.id && { id: pick.id }), ...code, text: pick.text }] }
    }
    case 'medicine': return { medicines: [...(body.medicines ?? []), { name: pick.text, dose: 1, form: pick.form ?? ('tablet' as Form), often: pick.often ?? ('daily' as Often), days: pick.days ?? 30 }] }
    case 'order': {
      const list = body.orders ?? []
      return list.some((one) => one.text === pick.text) ? {} : { orders: [...list, { group: pick.group ?? 'lab', ...code, text: pick.text }] }
    }
  }
}

/** A problem of the list of the chart is the same one, not a new one. */
export function ofChart(conditions: Entry[], words: string): (Pick & { id: string })[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return conditions
    .filter((entry) => entry.active && wanted.every((word) => entry.title.toLowerCase().split(/[\s(]+/).some((own) => own.startsWith(word))))
    .slice(0, 3)
    .map((entry) => ({ kind: 'problem' as const, id: splitRef(entry.ref).id, text: entry.title }))
}

const headings: Record<string, keyof NoteBody> = { subjective: 'subjective', objective: 'objective', assessment: 'assessment', plan: 'plan', summary: 'summary', do: 'instructions', call: 'callIf', next: 'followUp' }
export const isTemplate = (text: string): boolean => /^#\s*[a-z]+\s*$/m.test(text)

/** A template has a line with `# part` before each part of the note. */
export function splitTemplate(text: string): Partial<Record<keyof NoteBody, string>> {
  const out: Partial<Record<keyof NoteBody, string>> = {}
  let at: keyof NoteBody | undefined
  for (const line of text.split('\n')) {
    const heading = /^#\s*([a-z]+)\s*$/.exec(line)?.[1]
    if (heading && headings[heading]) at = headings[heading]
    else if (at) out[at] = out[at] === undefined ? line : `${out[at]}\n${line}`
  }
  return out
}

const below = (before: string, more: string | undefined) => [before.trim(), (more ?? '').trim()].filter(Boolean).join('\n')
/** What a template adds to a note: under what is there, never in its place. */
export function withTemplate(body: NoteBody, text: string): Partial<NoteBody> {
  const parts = splitTemplate(text)
  const change: Partial<NoteBody> = {}
  for (const name of ['subjective', 'objective', 'assessment', 'plan', 'callIf', 'followUp', 'summary'] as const) {
    if (parts[name] !== undefined) change[name] = below(body[name], parts[name])
  }
  if (parts.instructions !== undefined) change.instructions = [...body.instructions.filter((line) => line.trim()), ...parts.instructions.split('\n').filter((line) => line.trim())]
  return change
}

/** The note as a template, to be kept under a name. */
export const asTemplate = (body: NoteBody): string =>
  Object.entries(headings).map(([word, part]) => {
    const value = body[part]
    const text = Array.isArray(value) ? value.join('\n') : String(value ?? '')
    return text.trim() && `# ${word}\n${text.trim()}`
  }).filter(Boolean).join('\n')

/** What a part of the note took over from an older one, as long as it still stands there. */
export const copiesIn = (body: NoteBody, part: ClinicalPart) => (body.copied ?? []).filter((one) => one.part === part && body[part].includes(one.text))
export const hasGap = (body: NoteBody): boolean =>
  [body.subjective, body.objective, body.assessment, body.plan, body.summary, body.callIf, body.followUp, ...body.instructions].some((text) => text.includes('___'))
export const countOf = (body: NoteBody) => ({
  vitals: body.vitals?.length ?? 0, problems: body.problems?.length ?? 0, medicines: (body.medicines?.length ?? 0) + (body.stops?.length ?? 0), orders: body.orders?.length ?? 0,
})

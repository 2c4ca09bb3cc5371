import { describe, expect, it } from 'vitest'
import { emptyBody } from './draft'
import { asTemplate, parseVital, splitTemplate, withPick, withTemplate } from './plan'

describe('a measurement as it is typed', () => {
  it.each([
    ['pressure', undefined, '138/84', { kind: 'pressure', value: 138, second: 84 }], ['pressure', undefined, '138 84', { kind: 'pressure', value: 138, second: 84 }],
    ['temperature', 'F', '98,6', { kind: 'temperature', value: 98.6, unit: 'F' }], ['pulse', undefined, ' 72 ', { kind: 'pulse', value: 72 }],
    ['pressure', undefined, '84/138', null], ['pressure', undefined, '138', null], ['temperature', 'C', '98.6', null], ['pulse', undefined, 'fast', null], ['pulse', undefined, '', undefined],
  ] as const)('%s %s %s', (kind, unit, text, wanted) => expect(parseVital(kind, unit, text)).toEqual(wanted))
})

describe('a template', () => {
  it('goes under what is written, part by part', () => {
    const change = withTemplate({ ...emptyBody, plan: 'Rest.', instructions: ['Drink.'] }, '# plan\nLess salt.\n# do\nWalk.\n\nSleep.\n# nobody\nstays where it is')
    expect(change).toEqual({ plan: 'Rest.\nLess salt.', instructions: ['Drink.', 'Walk.', 'Sleep.', '# nobody', 'stays where it is'] })
  })
  it('made of a note gives that note again', () => {
    const body = { ...emptyBody, assessment: 'A cold.', instructions: ['Rest.', 'Drink.'], callIf: 'worse' }
    expect(withTemplate(emptyBody, asTemplate(body))).toEqual({ assessment: 'A cold.', instructions: ['Rest.', 'Drink.'], callIf: 'worse' })
    expect(splitTemplate('no heading')).toEqual({})
  })
})

it('adds nothing twice', () => {
  const pick = { kind: 'problem', system: 's', code: 'I10', text: 'Hypertension' } as const
  const body = { ...emptyBody, ...withPick(emptyBody, pick) }
  expect(body.problems).toHaveLength(1)
  expect(withPick(body, pick)).toEqual({})
})

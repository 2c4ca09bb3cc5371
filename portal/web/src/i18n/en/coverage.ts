/** Who is out and who stands in: loaded with its page. */
export const coverage = {
  coverage: {
    page: 'Who is out', lead: 'While somebody is out, their messages go to whoever stands in. Nobody sees a record by it that they could not open before: what they may not see goes to the pool.',
    now: 'Out now', later: 'Out later', nobody: 'Nobody is out', nobodyText: 'Say below when you are out, before you go.', span: '{{from}} to {{until}}', by: '{{name}} stands in.', you: 'You', back: 'I am back', backFor: '{{name}} is back', cancel: 'I stay here', cancelFor: '{{name}} stays here',
    say: 'Say when somebody is out', sayMe: 'Say when you are out', who: 'Who is out', me: '{{name}} (you)', first: 'First day', last: 'Last day', standsIn: 'Who stands in', choose: 'Choose', people: 'People', pools: 'Pools', go: 'Save', said: '{{name}} is out from {{from}} to {{until}}. {{by}} stands in.',
    needLast: 'Choose the last day.', needFirst: 'Choose the first day, today or later.', early: 'The last day must not be before the first.', needBy: 'Choose who stands in.',
  },
} as const

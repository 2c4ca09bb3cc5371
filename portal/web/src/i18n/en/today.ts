/** The clinic's day: loaded with its page. */
export const today = {
  day: {
    page: 'Today', nav: 'Today', count_one: '{{count}} visit', count_other: '{{count}} visits', done_one: '{{count}} done', done_other: '{{count}} done', toSign_one: '{{count}} note to sign', toSign_other: '{{count}} notes to sign', ends: 'Last visit ends at {{time}}',
    before: 'Day before', after: 'Day after', mine: 'Mine', all: 'Everybody', whose: 'Whose visits', list: 'Visits of the day', now: 'Now, {{time}}', none: 'No visits on this day', noneText: 'Visits that are booked show here at once.',
    groups: 'Group visits', video: 'Video', clinic: 'In the clinic', with: 'with {{name}}', aside: 'Waiting and your turn', waiting: 'Waiting room', nobody: 'Nobody is waiting.', waits_one: 'Waiting {{count}} min', waits_other: 'Waiting {{count}} min', justCame: 'Just came in', letIn: 'Let {{name}} in', early: 'For {{time}}', asks: 'Wants to talk about: {{text}}',
    sayLate: 'Say “{{count}} minutes”', saidLate: 'We told {{name}}: {{count}} minutes.', yourTurn: 'Your turn', nothing: 'Nothing is left over.', noteOf: '{{name}}, {{time}}', signNote: 'Note to sign', inbox: 'Messages that wait for an answer', inboxText: 'Open the inbox',
    tag: { signed: 'Signed', draft: 'Sign today', ended: 'Write the note', live: 'Visit is on', ready: 'Ready for the doctor', cancelled: 'Cancelled', noshow: 'Did not come', booked: 'Booked', arrived: 'Arrived', fulfilled: 'Done', waiting: 'Waiting' },
    open: 'Open the visit', chart: 'Chart', cancel: 'Cancel', link: 'Link', linkOf: 'Link for {{name}}, {{time}}', cancelOf: 'Cancel the visit of {{name}} at {{time}}', sure: 'Cancel {{name}}, {{time}}?', cancelGo: 'Cancel the visit', keep: 'Keep it', cancelled: 'Cancelled: {{name}}, {{time}}. They are told.',
    find: 'Book for a patient', findHelp: 'Name, birth date, phone or number', findNone: 'Nobody fits.', book: 'Book a visit', bookFor: 'Book for {{name}}', back: 'Back to the day', planned: 'Planned visits', plannedNone: 'No visit is planned', born: 'born {{date}}',
    key: { open: 'open', chart: 'chart', today: 'today', days: 'day before, after', find: 'find a patient', whose: 'mine or everybody', go: 'go to today' },
  },
} as const

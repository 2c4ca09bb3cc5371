/** The administrator's pools: loaded with their pages. */
export const pools = {
  pools: {
    page: 'Pools', lead: 'Who answers messages together, what about, when, and how soon. You see numbers here and no message.', members_one: '{{count}} person', members_other: '{{count}} people', waiting_one: '{{count}} waits', waiting_other: '{{count}} wait', standard: 'For everybody', off: 'Ended', nobody: 'Nobody is in it', newName: 'Name of a new pool', make: 'Make a pool',
    none: 'There is no such pool.', rules: 'How it works', saved: 'Saved.', name: 'Name', topics: 'What it answers', topicsHint: 'None chosen: everything.', hours: 'When it is open', hoursHint: 'No day chosen: always.', fromOn: '{{day}}, from', toOn: '{{day}}, to', zone: 'Time zone', zoneHint: 'For example America/New_York', holidays: 'Days off', holidaysHint: 'For example 2026-12-25 2027-01-01',
    within: 'Hours until an answer', withinHint: 'Of the time in which it is open. Patients see it until there is enough to measure.', soon: 'Hours for what is to be answered soon', urgent: 'Minutes for what is urgent', save: 'Save', end: 'End this pool', begin: 'Open this pool again',
    who: 'Who is in it', whoText: 'They see the records of patients to whose care team this pool belongs, as long as both last.', role: { clinician: 'doctor', nurse: 'nurse', frontdesk: 'front desk' }, isOut: 'out', remove: 'Take {{name}} out', add: 'Add somebody', choose: 'Choose', addGo: 'Add',
  },
} as const

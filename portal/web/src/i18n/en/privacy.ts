/** The privacy officer's report of the audit: loaded with its page. */
export const privacy = {
  privacy: {
    page: 'Who looked at what', lead: 'Every access of every record, and every sign-in. Each time you look here is kept too; a patient sees in their own list that you asked for them.',
    filter: 'What to show', from: 'From', until: 'To', all: 'All', takeOff: 'show everybody again',
    only: { refused: 'Only refused', emergency: 'Only emergencies', who: 'By {{name}}', patient: 'Record of {{name}}' }, onlyThis: '{{name}}: show only these',
    unusual: 'Worth a look', unusualLead: 'These stand out. That does not mean that anything was wrong: ask before you judge.', unusualNone: 'Nothing stands out in this period.', unusualAll: 'Show all {{count}}', unusualMore: 'There is more than fits here. Choose fewer days.',
    looked_one: 'looked at the record of {{patient}}', looked_other: 'looked {{count}} times at the record of {{patient}}', somebody: 'somebody', nobody: 'Nobody signed in', holder: 'Somebody with the date of birth', show: 'Show the rows', showOf: 'Show the rows of {{who}}',
    hint: { surname: 'Same surname', address: 'Same address', street: 'Same street', colleague: 'A colleague', own: 'Own record', many: 'Very many records', emergency: 'Emergency', quiet: 'Nothing going on' },
    reason: {
      surname: 'They have the same surname as {{patient}}.', address: 'They live at the same address as {{patient}}.', street: 'They live in the same street as {{patient}}.', colleague: '{{patient}} works here too.', own: 'It is their own record, opened at work.',
      many: 'They opened {{count}} records within an hour. Otherwise it is about {{usual}}.', emergency: 'They opened it as an emergency, outside their care teams.', quiet: 'Nothing was booked, written or received in this record in the 30 days before and after.',
    },
    report: 'All accesses', csv: 'Save as a table (CSV)', none: 'Nothing fits. Choose other days or fewer conditions.', sortBy: 'Sort by', turn: 'Turn the order around', more: 'More', damaged: 'Changed afterwards',
    column: { time: 'When', who: 'Who', role: 'As what', action: 'What they did', data: 'Kind of data', patient: 'Record of', app: 'Through', outcome: 'Result' },
    action: { read: 'Read', search: 'Searched', open: 'Opened', history: 'Read earlier versions', create: 'Added', update: 'Changed', delete: 'Deleted', export: 'Took a copy', refused: 'Was refused', login: 'Signed in', logout: 'Signed out', gap: 'Explained a gap' },
    role: { clinician: 'Doctor', nurse: 'Nurse', frontdesk: 'Front desk', privacy: 'Privacy officer', admin: 'Administrator', self: 'Patient', proxy: 'Caregiver', link: 'By a link to a visit', guest: 'Guest of a visit', app: 'App', system: 'System', other: 'Other' },
    outcome: { ok: 'Done', refused: 'Refused', failed: 'Failed' },
    fact: { purpose: 'Purpose', reason: 'Reason', detail: 'Detail', resource: 'Entry', address: 'Address', session: 'Session', request: 'Request', at: 'Exactly', place: 'Row' },
  },
} as const

/** What the clinic has to decide: loaded with its page. */
export const worklist = {
  work: {
    page: 'To decide', lead: 'Nothing here is done by itself. You decide.', more: 'Show more', reason: 'Why (the patient can read this)',
    same: 'Perhaps the same person', sameNone: 'Nobody is in question.', grade: { certain: 'Same number', probable: 'Very much alike', possible: 'Alike' },
    keeps: 'Record to go on with', other: 'Other record', from: 'Came from', entries: 'Entries', join: 'Join the two records', apart: 'They are two people',
    assign: 'Written while records were joined', assignNone: 'Nothing has to be assigned.', isIn: 'is in the record of {{name}}', stay: 'It belongs here', move: 'Move to {{name}}',
    held: 'Results that patients do not see yet', heldNone: 'Nothing waits.', harm: 'Held back by a doctor until {{date}}.', wish: 'The patient asked to wait for your word. At the latest seen on {{date}}.', because: 'Why: {{text}}', release: 'Let the patient see it',
  },
} as const

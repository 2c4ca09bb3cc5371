/** Visits of several patients together: loaded with the clinic's pages of them. */
export const groups = {
  groups: {
    page: 'Group visits', one: 'Group visit', lead: 'Several patients meet one clinician by video. Each has the visit in their own record. Who else comes is told to nobody before.', none: 'No group visit is planned', noneText: 'Make one at a free time, and add patients to it.',
    make: 'New group visit', subject: 'What it is about', subjectHelp: 'All members read this. Write nothing about one person, for example: Breathing exercises.', places: 'Places', placesHelp: 'From 2 to 24.', who: 'Who leads it', anyone: 'Whoever is free', when: 'When', go: 'Make this group visit', pick: 'Choose a time first.',
    taken: '{{booked}} of {{places}} places are taken', members: 'Members', membersNone: 'Nobody is added yet.', unseen_one: '{{count}} more member whose record you do not see', unseen_other: '{{count}} more members whose records you do not see', add: 'Add a patient', addGo: 'Add {{name}}', added: 'Added: {{name}}', born: 'Born {{date}}', full: 'All places are taken.',
    called: 'The others see: {{name}}', for: 'for {{name}}', out: 'Take out', outOf: 'Take out {{name}}', outSure: 'Cancel the visit of {{name}} in this group?', outGo: 'Yes, take out', keep: 'Keep', chart: 'Record', chartOf: 'Record of {{name}}, in a new tab', note: 'Note', noteOf: 'Note of {{name}}',
    cancel: 'Call the group off', cancelSure: 'Call this group visit off for everybody?', cancelGo: 'Yes, call it off', cancelled: 'This group visit was called off.',
    start: 'Start the group visit', join: 'Go in', startText: 'Your camera and microphone turn on. Nobody is in with you before you let them in. A group visit cannot be recorded.', letAll: 'Let all in', waiting: 'At the door',
    state: { waiting: 'Waits', admitted: 'Let in', in: 'In the visit', left: 'Left', refused: 'Sent away', removed: 'Taken out', none: 'Not here yet', noteDraft: 'Note begun', noteSigned: 'Note signed' },
    panes: 'Parts of this page', video: 'Video', side: 'Notes',
    notes: 'Notes', notesLead: 'Each member has a note of their own. Choose one in the list, or begin all of them with the same text.', same: 'Same text for all', sameLead: 'It is put into the note of each member who took part and has none yet. Write nothing about one person.', sameGo: 'Put it in each note', subjective: 'What was talked about', assessment: 'Assessment', plan: 'Plan', summary: 'One sentence for the patients',
    signAll: 'Sign all notes that are begun', signText: 'Read them first. Each one goes into its own record.', put_one: 'It is in {{count}} note.', put_other: 'It is in {{count}} notes.', signed_one: '{{count}} note is signed.', signed_other: '{{count}} notes are signed.', keptOf: '{{name}}: {{why}}', back: 'All notes',
    why: { incomplete: 'needs an assessment, a plan and a sentence for the patient', signed: 'is signed already', changed: 'has a text of its own already', live: 'the visit goes on', not_live: 'the visit has not begun', other: 'was left as it is' },
  },
} as const

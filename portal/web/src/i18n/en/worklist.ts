/** What the clinic has to decide: loaded with its pages. */
export const worklist = {
  work: {
    page: 'To decide', lead: 'Nothing here is done by itself. You decide.', parts: 'Lists', more: 'Show more', reason: 'Why (kept with the record)', reasonMissing: 'Say in a few words why.', compare: 'The two people side by side', differs: 'not the same',
    held: 'Not seen by the patient yet', heldNone: 'No result waits.', harmTag: 'Held back', harm: 'A doctor holds it back until {{date}}.', harmBy: '{{name}} holds it back until {{date}}.', wish: 'The patient asked to hear from you first. On {{date}} they see it in any case.', because: 'Why: {{text}}', release: 'Let the patient see it',
    imports: 'From others, about somebody unknown', importsNone: 'Nothing came about people whom we do not know.', noName: 'Somebody without a name', came: 'Came on', dated: 'Dated', holds: 'What it is', onlyPerson: 'Only who the person is', whose: 'Who is this?', score: '{{grade}}, {{score}} of 100',
    sent: 'As it was sent', here: 'In our records', find: 'Who is this? Find them here', findOther: 'Find somebody else', findNone: 'No patient of yours fits. Check the spelling, or try the birth date like 1952-03-02.',
    take: 'This is {{name}}', begin: 'A new person', refuse: 'Do not take it', takeHelp: 'If it is somebody you know, it is shown as one with their record, and can be separated again. What you do not take is deleted here; the sender still has it.',
    same: 'Perhaps the same person', sameNone: 'Nobody is in question.', grade: { certain: 'Same number', probable: 'Very much alike', possible: 'Alike' },
    keeps: 'Record to go on with', other: 'Other record', from: 'Came from', entries: 'Entries', sex: 'Sex', join: 'Join the two records', apart: 'They are two people',
    assign: 'Written while records were joined', assignNone: 'Nothing has to be assigned.', nowIn: 'Is now with', maybeIn: 'May belong to', stay: 'It is where it belongs', move: 'Move it to the other one',
  },
  move: {
    page: 'Move to another person', whose: 'Whose is it? Find the right person', other: 'Choose somebody else', from: 'It is with', to: 'It goes to', then: 'What happens',
    then1: '{{name}} does not see it any more, nor does anybody who looks at their record.', then2: '{{name}} sees it in their record.', then3: 'Both records keep that it was moved, by whom and why. You can move it back.',
    along_one: '{{count}} other entry belongs to it and goes along.', along_other: '{{count}} other entries belong to it and go along.', alongFound: 'Other entries belong to it and have to go along: {{list}}. Press again to move them together.',
    go: 'Move it to {{name}}', cancel: 'Leave it here', back: 'back to the entry', done: 'It is now in the record of {{name}}.', openThere: 'Open it there, with {{name}}',
  },
  joined: {
    page: 'Joined records', lead: 'These are two records of one person. They are shown as one, and each keeps what is its own.', by: 'Joined by {{name}} on {{date}}.', since: 'Joined on {{date}}.', this: 'This record', other: 'The other record',
    thisFirst: 'This record is the one to go on with.', otherFirst: 'The other record is the one to go on with.', open: 'Open the other record', none: 'This record is not joined with another one.',
    part: 'Part them again', then1: 'From then on each record shows only its own entries.', then2: 'Whoever cares for only one of the two people sees only that record.', then3_one: '{{count}} entry was written since. Somebody has to say where it belongs.', then3_other: '{{count}} entries were written since. Somebody has to say where each belongs.', then3None: 'Nothing was written since, so nothing has to be assigned.',
    written: 'Written since they were joined', inThis: 'in this record', inOther: 'in the other record', more_one: 'and {{count}} more', more_other: 'and {{count}} more', go: 'Part the two records', keep: 'Keep them joined',
    parted_one: 'They are two records again. {{count}} entry has to be assigned.', parted_other: 'They are two records again. {{count}} entries have to be assigned.', partedNone: 'They are two records again. Nothing has to be assigned.', toAssign: 'Assign them',
  },
} as const
